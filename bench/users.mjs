// Users as the system's clients make them: registered and signed in over HTTP.
import axios from 'axios';

/** Registrations in flight: hashing the passwords keeps every core busy with fewer. */
const REGISTRARS = 8;

/** @returns an access token for each */
export async function registerAll(url, count) {
  const tokens = [];
  let next = 0;
  const registrar = async () => {
    while (next < count) tokens.push(await register(url, next++));
  };
  await Promise.all(Array.from({ length: REGISTRARS }, registrar));
  return tokens;
}

async function register(url, index) {
  const login = { email: `user-${index}@example.com`, password: 'difference-engine-1843' };
  const person = { ...login, firstName: 'Ada', lastName: 'Lovelace' };
  await axios.post(`${url}/v1/users`, person, { headers: { prefer: 'wait=30' } });
  return (await axios.post(`${url}/v1/sessions`, login)).data.accessToken;
}
