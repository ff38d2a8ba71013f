// The official TypeScript client. Takes a plan as its argument, prints one line of JSON per call.

import { Client, ProtocolError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const plan = JSON.parse(process.argv[2]);
const { server } = plan;

const transport = server.url
    ? new StreamableHTTPClientTransport(new URL(server.url))
    : new StdioClientTransport(server);
const revision = /^\d{4}-\d{2}-\d{2}$/.test(plan.mode);
const client = new Client(
    { name: 'interop', version: '0.1.0' },
    { versionNegotiation: { mode: revision ? { pin: plan.mode } : plan.mode } },
);

const report = (name, outcome) => console.log(JSON.stringify({ case: name, ...outcome }));

process.on('uncaughtException', (error) => {
    console.error(`${error}`);
    process.exit(1);
});

await client.connect(transport);
const { tools } = await client.listTools();
report('list', { tools: tools.map((tool) => tool.name) });
for (const call of plan.calls) {
    try {
        const result = await client.callTool({ name: call.tool, arguments: call.arguments });
        report(call.case, {
            isError: result.isError ?? false,
            structured: result.structuredContent ?? null,
            text: result.content?.find((block) => block.type === 'text')?.text ?? null,
        });
    } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        report(call.case, { error: { code: error.code, message: error.message } });
    }
}
await client.close();
