// The official TypeScript client. Takes a plan as its argument, prints one line of JSON per call.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const plan = JSON.parse(process.argv[2]);
const { server, person } = plan;

const transport = server.url
    ? new StreamableHTTPClientTransport(new URL(server.url), {
          requestInit: { headers: server.headers },
      })
    : new StdioClientTransport(server);
const revision = /^\d{4}-\d{2}-\d{2}$/.test(plan.mode);
const client = new Client(
    { name: 'interop', version: '0.1.0' },
    {
        versionNegotiation: { mode: revision ? { pin: plan.mode } : plan.mode },
        capabilities: person ? { elicitation: { form: {} } } : {},
    },
);

// Whoever sits in front of it: says what the plan says, and notes what they read.
let asked = [];
if (person) {
    client.setRequestHandler('elicitation/create', (request) => {
        asked.push(request.params.message);
        return person === 'accept'
            ? { action: 'accept', content: { confirm: true } }
            : { action: 'decline' };
    });
}

const report = (name, outcome) => console.log(JSON.stringify({ case: name, ...outcome }));
const failure = ({ code, message }) => ({ error: { code, message } });
const giveUp = (error) => {
    report('connect', failure(error));
    console.error(`${error}`);
    process.exit(1);
};

process.on('uncaughtException', giveUp);

await client.connect(transport);
const { tools } = await client.listTools();
report('list', { tools: tools.map((tool) => tool.name) });
for (const call of plan.calls) {
    let outcome;
    try {
        const result = await client.callTool({ name: call.tool, arguments: call.arguments });
        outcome = {
            isError: result.isError ?? false,
            structured: result.structuredContent ?? null,
            text: result.content?.find((block) => block.type === 'text')?.text ?? null,
        };
    } catch (error) {
        outcome = failure(error);
    }
    report(call.case, person ? { ...outcome, asked } : outcome);
    asked = [];
}
await client.close();
