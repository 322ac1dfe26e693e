import {Environment, Interpreter, parse, tokenize} from "@huggingface/jinja";
import type {ChatMessage} from "../../text/promptFile";
import {asJinja2, jinja2Functions} from "./jinja2";
import {contentParts, maxRendered, type RenderAnswer, type RenderTask, signOf, signs} from "./rendering";
import {strftime} from "./strftime";
import {type Abilities, abilitiesOf, templateMessages, templateTools} from "./templateVariables";

/** The template's own words on why it doesn't take the messages. */
class Refusal extends Error {}

class TooLong extends Error {}

type Variables = Readonly<Record<string, unknown>>;

/** Renders a chat. Only for the process that is there for it: a template may take any time and memory. */
export function renderChat(task: RenderTask): RenderAnswer {
  try {
    return {kind: "rendered", rendered: new Renderer(task).all()};
  } catch (error) {
    if (error instanceof TooLong) return {kind: "tooLong"};
    const message = error instanceof Error ? error.message : String(error);
    return {kind: error instanceof Refusal ? "refused" : "failed", message: message.slice(0, 1000)};
  }
}

class Renderer {
  private readonly program: ReturnType<typeof parse>;
  private readonly abilities: Abilities;
  private readonly dates: Variables;
  private asksForDate = false;

  constructor(private readonly task: RenderTask) {
    // As transformers does.
    this.program = asJinja2(parse(tokenize(task.template, {lstrip_blocks: true, trim_blocks: true})));
    this.dates = {datetime: strftime("%b %d %Y", task.now), date_string: strftime("%d %b %Y", task.now)};
    this.abilities = abilitiesOf((messages, tools) =>
      this.tried(() => this.run({messages, ...(tools !== undefined && {tools}), add_generation_prompt: true}))
    );
  }

  all() {
    const {messages, tools, addGenerationPrompt} = this.task;
    this.asksForDate = false;
    const text = this.render(messages, true, addGenerationPrompt);
    const dated = this.asksForDate || Object.values(this.dates).some((date) => text.includes(String(date)));
    const hasSigns = contentParts(messages).some(({text}) => text.search(signs) >= 0);
    return {
      text,
      dated,
      withoutGenerationPrompt: addGenerationPrompt ? this.tried(() => this.render(messages, true, false)) : null,
      withoutTools: tools.length > 0 ? this.tried(() => this.render(messages, false, addGenerationPrompt)) : null,
      signed: hasSigns ? null : this.tried(() => this.render(withSigns(messages), true, addGenerationPrompt))
    };
  }

  private render(messages: readonly ChatMessage[], withTools: boolean, generationPrompt: boolean): string {
    const {template, tools} = this.task;
    return this.run({
      messages: templateMessages(messages, template, this.abilities),
      ...this.dates,
      // What llama.cpp's server says to templates of models that can think first.
      enable_thinking: true,
      ...(withTools && tools.length > 0 && {tools: templateTools(tools)}),
      ...(generationPrompt && {add_generation_prompt: true})
    });
  }

  private run(variables: Variables): string {
    const {bos, eos, now} = this.task;
    const environment = new Environment();
    const globals: Variables = {
      true: true,
      false: false,
      none: null,
      True: true,
      False: false,
      None: null,
      range,
      raise_exception: (message: unknown) => {
        throw new Refusal(String(message));
      },
      strftime_now: (format: unknown) => {
        this.asksForDate = true;
        return strftime(String(format), now);
      },
      bos_token: bos,
      eos_token: eos,
      ...jinja2Functions,
      ...variables
    };
    for (const [name, value] of Object.entries(globals)) environment.set(name, value);
    const text = String(new Interpreter(environment).run(this.program).value);
    // Asked first: what is too long may also be too much to be copied.
    if (text.length > maxRendered) throw new TooLong();
    return text.toWellFormed();
  }

  private tried(render: () => string): string | null {
    try {
      return render();
    } catch {
      return null;
    }
  }
}

/** An empty content stays so: templates ask for that. */
function withSigns(messages: readonly ChatMessage[]): ChatMessage[] {
  let parts = 0;
  const sign = (text: string): string => {
    const part = parts++;
    return text.trim() === "" ? text : signOf(part);
  };
  return messages.map((message) => {
    const {content} = message;
    return {...message, content: typeof content === "string" ? sign(content) : content.map(sign)};
  });
}

/** Python's. */
function range(start: number, stop?: number, step = 1): number[] {
  if (step === 0) throw new Error("range() step must not be zero");
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const numbers: number[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) numbers.push(i);
  return numbers;
}
