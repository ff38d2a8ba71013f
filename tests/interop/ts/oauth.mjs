// The official TypeScript client with an OAuth provider, starting without a token.
//
// Takes a plan as its argument, prints one line of JSON per step: what came of it, what was asked
// of the authorization server so far, and what the token in use is good for.

import {
    Client,
    ProtocolError,
    StreamableHTTPClientTransport,
    UnauthorizedError,
} from '@modelcontextprotocol/client';

const plan = JSON.parse(process.argv[2]);

process.on('uncaughtException', (error) => {
    console.error(error);
    process.exit(1);
});

// A person's browser, whose owner approves at once.
const browser = {
    asked: [],
    sentBack: undefined,

    async open(url) {
        this.asked.push(url.searchParams.get('scope'));
        const answer = await fetch(url, { redirect: 'manual' });
        if (answer.status !== 302) {
            throw new Error(`the authorization server: ${answer.status} ${await answer.text()}`);
        }
        this.sentBack = new URL(answer.headers.get('location')).searchParams;
    },
};

// What a program would keep on disk.
const kept = {};
const provider = {
    // Nothing listens here: the code is taken from where the redirect points to.
    redirectUrl: 'http://127.0.0.1:1/callback',
    clientMetadata: {
        client_name: 'interop',
        redirect_uris: ['http://127.0.0.1:1/callback'],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
    },
    clientInformation: () => kept.client,
    saveClientInformation: (client) => void (kept.client = client),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => void (kept.tokens = tokens),
    codeVerifier: () => kept.verifier,
    saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
    discoveryState: () => kept.discovery,
    saveDiscoveryState: (discovery) => void (kept.discovery = discovery),
    invalidateCredentials: () => {},
    redirectToAuthorization: (url) => browser.open(url),
};

const revision = /^\d{4}-\d{2}-\d{2}$/.test(plan.mode);
const connect = async () => {
    const transport = new StreamableHTTPClientTransport(new URL(plan.server.url), {
        authProvider: provider,
    });
    const client = new Client(
        { name: 'interop', version: '0.1.0' },
        { versionNegotiation: { mode: revision ? { pin: plan.mode } : plan.mode } },
    );
    try {
        await client.connect(transport);
    } catch (error) {
        // The program takes the code from the browser, and begins anew.
        if (!(error instanceof UnauthorizedError) || !browser.sentBack) throw error;
        await finish(transport);
        return connect();
    }
    return { client, transport };
};
const finish = async (transport) => {
    const { sentBack } = browser;
    browser.sentBack = undefined;
    await transport.finishAuth(sentBack);
};

const { client, transport } = await connect();

const carryOut = async (step) => {
    if (!step.tool) {
        // Lists change with the token here, and are wanted as they are.
        const { tools } = await client.listTools(undefined, { cacheMode: 'bypass' });
        return { tools: tools.map((tool) => tool.name).sort() };
    }
    try {
        const result = await client.callTool({ name: step.tool, arguments: step.arguments });
        return {
            isError: result.isError ?? false,
            text: result.content?.find((block) => block.type === 'text')?.text ?? null,
        };
    } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        return { error: { code: error.code, message: error.message } };
    }
};

for (const step of plan.steps) {
    // It finds out from the server's answer, not from the clock.
    if (step.expired) kept.tokens = { ...kept.tokens, access_token: 'expired' };
    const before = kept.tokens?.access_token;
    let outcome;
    try {
        outcome = await carryOut(step);
    } catch (error) {
        if (!(error instanceof UnauthorizedError) || !browser.sentBack) throw error;
        await finish(transport);
        outcome = await carryOut(step);
    }
    const { scope, access_token: after } = kept.tokens;
    const renewed = before !== undefined && before !== after;
    console.log(
        JSON.stringify({ case: step.case, ...outcome, asked: browser.asked, scope, renewed }),
    );
}
await client.close();
