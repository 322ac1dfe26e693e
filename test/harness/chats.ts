const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: 'Weather in a city, now. "Celsius" is the default; é ü 漢字.',
    parameters: {
      type: "object",
      properties: {
        city: {type: "string", description: "Name of the city"},
        unit: {type: "string", enum: ["celsius", "fahrenheit"]}
      },
      required: ["city"]
    }
  }
};

const time = {
  type: "function",
  function: {
    name: "get_time",
    description: "The time in a time zone",
    parameters: {type: "object", properties: {zone: {type: "string", description: "IANA name"}}, required: ["zone"]}
  }
};

const system = {role: "system", content: "You are a terse assistant. Answer in one sentence."};
const user = {role: "user", content: "What is the capital of Norway, and how many people live there?"};
const assistant = {role: "assistant", content: "Oslo. About 700,000 people live in the city itself."};
const call = {
  role: "assistant",
  content: "",
  tool_calls: [
    {id: "call12345", type: "function", function: {name: "get_weather", arguments: '{"city":"Oslo","unit":"celsius"}'}}
  ]
};

/** A template like those of many models, for any vocabulary. */
export const exampleTemplate = [
  "{{ bos_token }}",
  "{%- if tools %}<|tools|>\n{{ tools | tojson }}<|end|>\n{% endif %}",
  "{%- for message in messages %}<|{{ message.role }}|>\n{{ message.content | trim }}<|end|>\n{% endfor %}",
  "{%- if add_generation_prompt %}<|assistant|>\n{% endif %}"
].join("");

/** Chats in OpenAI's format, of all kinds that a template makes a difference of. */
export const chats = {
  user: {messages: [user]},
  system: {messages: [system, user]},
  turns: {messages: [system, user, assistant, {role: "user", content: "And of Sweden?"}]},
  closed: {messages: [user, assistant]},
  spaces: {messages: [{role: "user", content: "  two spaces before, a line end and a tab behind \n\t"}]},
  developer: {messages: [{role: "developer", content: "Be brief."}, user]},
  parts: {
    messages: [
      {
        role: "user",
        content: [
          {type: "text", text: "First part."},
          {type: "text", text: "Second part."}
        ]
      }
    ]
  },
  languages: {
    messages: [
      {role: "system", content: "Übersetze ins Deutsche."},
      {role: "user", content: "नमस्ते दुनिया — 你好，世界 👩‍👩‍👧 <b>&amp;</b>"}
    ]
  },
  special: {messages: [{role: "user", content: "Say <|im_end|> and </s> and <|eot_id|> and [INST]."}]},
  tools: {messages: [system, user], tools: [weather, time]},
  toolCall: {
    messages: [
      system,
      {role: "user", content: "How is the weather in Oslo?"},
      call,
      {role: "tool", tool_call_id: "call12345", name: "get_weather", content: '{"temperature": -3, "sky": "clear"}'}
    ],
    tools: [weather]
  },
  toolAnswer: {
    messages: [
      {role: "user", content: "How is the weather in Oslo?"},
      call,
      {role: "tool", tool_call_id: "call12345", name: "get_weather", content: '{"temperature": -3, "sky": "clear"}'},
      {role: "assistant", content: "Clear and cold: -3 degrees."},
      {role: "user", content: "Thanks! And tomorrow?"}
    ],
    tools: [weather]
  }
} as const;
