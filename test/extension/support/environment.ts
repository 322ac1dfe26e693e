/** Sets variables that the extension host sees for the tests of a `describe`, and takes them back. */
export function environment(variables: Readonly<Record<string, string>>): void {
  const former = new Map(Object.keys(variables).map((name) => [name, process.env[name]]));
  before(() => Object.assign(process.env, variables));
  after(() => {
    for (const [name, value] of former)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });
}
