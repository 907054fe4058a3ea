// The screen at the end of a start: where everything is, and three lines to try it.

/** `given` is the user's environment: a password that they chose themselves is not shown. */
export function welcome({ processes }, secrets, { seconds, given }) {
  const urlOf = Object.fromEntries(processes.map(({ name, localUrl }) => [name, localUrl]));
  const services = processes
    .filter(({ name }) => name !== 'gateway')
    .map(({ name, localUrl }) => `  ${name.padEnd(11)} ${localUrl}`);
  const password = given.ADMIN_PASSWORD ? '(the ADMIN_PASSWORD that you gave)' : secrets.ADMIN_PASSWORD;
  return `
Turnpike is ready in ${seconds} s

  gateway     ${urlOf.gateway}
  dashboard   ${urlOf.gateway}/ops
  API         ${urlOf.gateway}/docs
${services.join('\n')}

  admin       ${secrets.ADMIN_EMAIL}
  password    ${password}

Try it in another terminal:

${firstSteps(urlOf.gateway).join('\n\n')}

Data and logs are in .turnpike/. Ctrl-C stops everything.
`;
}

/** Register, sign in, order: pasted one after the other into a POSIX shell, with nothing but curl and Node. */
function firstSteps(gateway) {
  const json = "-H 'Content-Type: application/json'";
  const login = { email: 'ada@example.com', password: 'difference-engine-1843' };
  const person = { ...login, firstName: 'Ada', lastName: 'Lovelace' };
  const line = { sku: 'TEA-1', name: 'Tea', quantity: 2, unitPrice: { amount: 450, currency: 'EUR' } };
  const order = { lines: [line] };
  const accessToken = `node -p 'JSON.parse(fs.readFileSync(0)).accessToken'`;
  return [
    `curl -sw '\\n' ${gateway}/v1/users -H 'Prefer: wait=10' ${json} -d '${JSON.stringify(person)}'`,
    `TOKEN=$(curl -s ${gateway}/v1/sessions ${json} -d '${JSON.stringify(login)}' | ${accessToken})`,
    `curl -sw '\\n' ${gateway}/v1/orders -H "Authorization: Bearer $TOKEN" -H 'Prefer: wait=10' ${json} -d '${JSON.stringify(order)}'`,
  ];
}
