/** Sets environment variables of the extension host for the tests of a `describe`, and resets them. */
export function environment(variables: Readonly<Record<string, string>>): void {
  const former = new Map(Object.keys(variables).map((name) => [name, process.env[name]]));
  before(() => Object.assign(process.env, variables));
  after(() => {
    for (const [name, value] of former)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });
}
