"""An emulator of GitHub, from npm, that sends signed webhooks to loopback and tells the same by its API."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines import node
from tests.linear_emulator import EMULATE

REPOSITORY = "octocat/emulated"
TOKEN = "token-of-the-test"
# Starts with one repository, whose webhooks go to a receiver; works in it; tells its address, and ends with its input.
SCRIPT = """
const [, entry, receiver, secret, repository, token] = process.argv;
const { createEmulator } = await import(entry);
const [owner, name] = repository.split("/");
const users = [{ login: owner }, { login: "hubot" }];
const seed = {
  tokens: { [token]: { login: owner, scopes: ["repo", "admin:repo_hook"] } },
  github: { users, repos: [{ owner, name, auto_init: true }] },
};
const emulator = await createEmulator({ service: "github", port: 0, seed });
const ask = async (method, path, content) => {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
  const body = content && JSON.stringify(content);
  const answer = await fetch(`${emulator.url}/repos/${repository}${path}`, { method, headers, body });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
};
await ask("POST", "/hooks", { name: "web", events: ["*"], config: { url: receiver, secret, content_type: "json" } });
const issue = await ask("POST", "/issues", { title: "It is broken" });
await ask("POST", "/labels", { name: "bug", color: "ff0000" });
await ask("POST", `/issues/${issue.number}/labels`, { labels: ["bug"] });
await ask("POST", `/issues/${issue.number}/comments`, { body: "Indeed" });
await ask("PATCH", `/issues/${issue.number}`, { state: "closed", state_reason: "completed" });
const [head] = await ask("GET", "/commits");
await ask("POST", "/git/refs", { ref: "refs/heads/mend", sha: head.sha });
const content = Buffer.from("mended").toString("base64");
await ask("PUT", "/contents/mended.txt", { message: "Mend it", content, branch: "mend" });
const told = { title: "Mend it", body: `Fixes #${issue.number}` };
const pull = await ask("POST", "/pulls", { ...told, head: "mend", base: "main" });
await ask("POST", `/pulls/${pull.number}/reviews`, { event: "APPROVE", body: "Good" });
await ask("PUT", `/pulls/${pull.number}/merge`, { merge_method: "merge" });
await ask("POST", "/pulls", { title: "Not ready", head: "later", base: "main", draft: true });
await ask("POST", "/releases", { tag_name: "v1.0.0", name: "First", target_commitish: "main" });
console.log(emulator.url);
for await (const _ of process.stdin);
await emulator.close();
"""


@contextmanager
def emulating(receiver: str, secret: str) -> Iterator[str]:
    """The address of an emulator that has worked in its repository and sent webhooks of it to a receiver."""
    entry = EMULATE.path() / "package" / "dist" / "api.js"
    arguments = [entry.as_uri(), receiver, secret, REPOSITORY, TOKEN]
    with subprocess.Popen(
        ["node", "--input-type=module", "--eval", SCRIPT, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=node.environment(),
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        told = process.stdout.readline()
        assert told, process.stderr.read()[-2000:]
        try:
            yield told.strip()
        finally:
            process.stdin.close()
            process.wait(timeout=60)
