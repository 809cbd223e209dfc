// A real OpenID provider for tests: node provider.js <port> <file of private keys, JWK Set>
import { readFileSync } from 'node:fs';
import { Provider } from 'oidc-provider';

const [port, keys] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const audience = 'api://gateway';

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'shop-app',
      client_secret: 'the-secret-of-the-shop-app',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  jwks: JSON.parse(readFileSync(keys, 'utf8')),
  scopes: ['chat', 'models'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      getResourceServerInfo: () => ({
        audience,
        scope: 'chat models',
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});

provider.on('server_error', (_context, error) => console.error(error));
provider.listen(Number(port), '127.0.0.1', () => console.log(`OpenID provider at ${issuer}`));
