/** Where and as whom to comment; from the environment that a workflow has. */
export interface Place {
  /** Of GitHub's API. */
  api: string;
  /** owner/name */
  repository: string;
  pullRequest: number;
  token: string;
}

interface Comment {
  id: number;
  body?: string;
  user?: { type?: string };
}

/** Puts a comment onto a pull request, or writes the one anew that begins with the same line. Answers what it did. */
export async function putComment(place: Place, body: string): Promise<"made" | "changed" | "same"> {
  const marker = body.split("\n", 1)[0]!;
  const before = await find(place, marker);
  if (before?.body === body) return "same";
  if (before) await ask(place, "PATCH", `/repos/${place.repository}/issues/comments/${before.id}`, { body });
  else await ask(place, "POST", `/repos/${place.repository}/issues/${place.pullRequest}/comments`, { body });
  return before ? "changed" : "made";
}

/** Only a bot's comment: a person's that begins alike stays as it is. */
async function find(place: Place, marker: string): Promise<Comment | undefined> {
  for (let page = 1; ; page++) {
    const comments = (await ask(place, "GET", `/repos/${place.repository}/issues/${place.pullRequest}/comments?per_page=100&page=${page}`)) as Comment[];
    const ours = comments.find(({ body, user }) => user?.type === "Bot" && body?.split(/\r?\n/, 1)[0] === marker);
    if (ours || comments.length < 100) return ours;
  }
}

async function ask({ api, token }: Place, method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${api}${path}`, {
    method,
    headers: { accept: "application/vnd.github+json", authorization: `Bearer ${token}`, "x-github-api-version": "2022-11-28", "user-agent": "pulumi-lgtm", ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`GitHub answered ${answer.status} to ${method} ${path}: ${(await answer.text()).slice(0, 300)}${answer.status === 403 ? "\nThe job needs permissions: pull-requests: write." : ""}`);
  return answer.json();
}
