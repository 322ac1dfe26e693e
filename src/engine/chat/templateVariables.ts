import type {ChatMessage, ChatTool} from "../../text/promptFile";

/**
 * What a template can take, found by trying it, as llama.cpp does (common/jinja/caps.cpp). `marker` is the text that has to come out
 * again.
 */
export interface Abilities {
  readonly stringContent: boolean;
  readonly typedContent: boolean;
  readonly systemRole: boolean;
  readonly objectArguments: boolean;
}

type Message = Record<string, unknown> & {role: string; content: unknown};

const marker = "STRING_MARKER";

/** Tries a template. `render` gives null where it fails. */
export function abilitiesOf(render: (messages: unknown, tools?: unknown) => string | null): Abilities {
  const user = {role: "user", content: "question"};
  const typed = render([{role: "user", content: [{type: "text", text: marker}]}]);
  return {
    stringContent: render([{role: "user", content: marker}])?.includes(marker) ?? false,
    // Where it is written as a whole, the template takes it for a string.
    typedContent: typed?.includes(marker) === true && !/["']type["']/.test(typed),
    systemRole: render([{role: "system", content: marker}, user])?.includes(marker) ?? false,
    objectArguments:
      render(
        [
          user,
          {
            role: "assistant",
            content: "",
            tool_calls: [{id: "call00001", type: "function", function: {name: "tool1", arguments: {arg: marker}}}]
          },
          {role: "tool", content: "result", tool_call_id: "call00001"},
          {role: "assistant", content: "answer"},
          user
        ],
        [
          {
            name: "tool",
            type: "function",
            function: {
              name: "tool1",
              description: "tool",
              parameters: {
                type: "object",
                properties: {arg: {type: "string", description: "argument"}},
                required: ["arg"]
              }
            }
          }
        ]
      )?.includes(marker) ?? false
  };
}

/** The messages as llama.cpp's server gives them to a template (common/chat.cpp). */
export function templateMessages(messages: readonly ChatMessage[], source: string, abilities: Abilities): Message[] {
  const harmony = source.includes("<|channel|>");
  // StepFun's models reason without end behind white space.
  const trims = /You have access to the following functions in JSONSchema format/.test(source);
  const converted = messages.map((message) =>
    toTemplate(trims ? withTrimmedContent(message) : message, harmony, abilities)
  );
  const [first, second] = converted;
  if (abilities.systemRole || first?.role !== "system") return converted;
  // Such a template says nothing of the system's message: it goes before the next one.
  if (second === undefined) return [];
  return [{...second, content: joined(first.content, second.content)}, ...converted.slice(2)];
}

function withTrimmedContent(message: ChatMessage): ChatMessage {
  const {content} = message;
  return {...message, content: typeof content === "string" ? content.trim() : content.map((text) => text.trim())};
}

function toTemplate(
  {role, content, reasoning, name, toolCallId, toolCalls}: ChatMessage,
  harmony: boolean,
  abilities: Abilities
): Message {
  const message: Message = {
    role: role === "developer" && !harmony ? "system" : role,
    content: contentFor(content, abilities)
  };
  if (reasoning) message["reasoning_content"] = reasoning;
  if (name) message["name"] = name;
  if (toolCallId) message["tool_call_id"] = toolCallId;
  if (toolCalls.length > 0)
    message["tool_calls"] = toolCalls.map(({id, name, arguments: given}) => ({
      type: "function",
      function: {name, arguments: abilities.objectArguments ? (JSON.parse(given) as unknown) : given},
      ...(id && {id})
    }));
  if (harmony && reasoning && toolCalls.length > 0) {
    message["thinking"] = reasoning;
    delete (message as {content?: unknown}).content;
  }
  return message;
}

function contentFor(content: ChatMessage["content"], {stringContent, typedContent}: Abilities): unknown {
  if (typeof content === "string")
    return !stringContent && typedContent && content !== "" ? [{type: "text", text: content}] : content;
  if (content.length === 0) return "";
  return stringContent && !typedContent ? content.join("\n") : content.map((text) => ({type: "text", text}));
}

function joined(first: unknown, second: unknown): unknown {
  return typeof first === "string" && typeof second === "string" ? `${first}\n${second}` : second;
}

export function templateTools(tools: readonly ChatTool[]): unknown {
  return tools.map(({name, description, parameters}) => ({
    type: "function",
    function: {name, description, parameters: JSON.parse(parameters) as unknown}
  }));
}
