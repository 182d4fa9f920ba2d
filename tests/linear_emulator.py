"""An emulator of Linear, from npm, that sends signed webhooks to loopback."""

import json
import subprocess
from datetime import UTC, datetime

from pipelines import node
from pipelines.webhooks.contract import Delivery
from tests.packages import Package

EMULATE = Package(
    "npm",
    "emulate",
    "0.12.2",
    "14b83aa045d603340a2a6a4dcfc41a5531cf6244eb0bdd0306d0cc1afcb297a1",
)
SECRET = "lin_wh_of-the-test"
# Creates an issue, moves it on and deletes it; prints each delivery as it comes.
SCRIPT = """
import { createServer } from "node:http";
const [, entry, secret] = process.argv;
const { createEmulator } = await import(entry);
const receiver = createServer(async (request, response) => {
  let body = "";
  for await (const piece of request) body += piece;
  console.log(JSON.stringify({ headers: request.headers, body }));
  response.end();
}).listen(0, "127.0.0.1");
const user = "dev@example.com";
const states = [{ name: "Todo", type: "unstarted" }, { name: "Done", type: "completed" }];
const seed = { linear: {
  users: [{ email: user, name: "Dev", admin: true }],
  teams: [{ key: "EMU", name: "Emulated", states }],
  tokens: [{ token: "key", user, scopes: ["read", "write", "issues:create", "admin"] }],
} };
const emulator = await createEmulator({ service: "linear", port: 0, seed });
const ask = async (query, variables) => {
  const headers = { "Content-Type": "application/json", Authorization: "key" };
  const body = JSON.stringify({ query, variables });
  const answer = await (await fetch(`${emulator.url}/graphql`, { method: "POST", headers, body })).json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
};
const { workflowStates } = await ask("{ workflowStates { nodes { id name team { id key } } } }");
const state = (name) => workflowStates.nodes.find((found) => found.name === name && found.team.key === "EMU");
const url = `http://127.0.0.1:${receiver.address().port}/`;
await ask("mutation ($input: WebhookCreateInput!) { webhookCreate(input: $input) { success } }",
  { input: { url, secret, resourceTypes: ["Issue"], allPublicTeams: true } });
const create = "mutation ($input: IssueCreateInput!) { issueCreate(input: $input) { issue { id } } }";
const { issueCreate } = await ask(create,
  { input: { teamId: state("Todo").team.id, title: "One", stateId: state("Todo").id } });
const id = issueCreate.issue.id;
await ask("mutation ($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }",
  { id, input: { stateId: state("Done").id } });
await ask("mutation ($id: String!) { issueDelete(id: $id) { success } }", { id });
await emulator.close();
receiver.close();
"""


def deliveries() -> list[Delivery]:
    """What the emulator sends for an issue that is created, moved on and deleted."""
    entry = EMULATE.path() / "package" / "dist" / "api.js"
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", SCRIPT, entry.as_uri(), SECRET],
        capture_output=True,
        text=True,
        env=node.environment(),
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return [Delivery(found["headers"], found["body"].encode(), datetime.now(UTC)) for found in told]
