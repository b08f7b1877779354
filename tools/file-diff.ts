/** Lines around a change. */
const context = 2;

interface Line {
  sign: " " | "-" | "+";
  text: string;
}

/** What changes between two sets of files, a block a file: removed lines with -, new ones with +, and two lines around them. */
export function fileDiff(was: Record<string, string>, wanted: Record<string, string>): string[] {
  const paths = [...new Set([...Object.keys(was), ...Object.keys(wanted)])].sort();
  return paths.filter(path => was[path] !== wanted[path]).map(path => {
    if (was[path] === undefined) return `+ ${path} (new, ${linesOf(wanted[path]!).length} lines)\n`;
    if (wanted[path] === undefined) return `- ${path} (removed)\n`;
    return `~ ${path}\n${around(lineDiff(linesOf(was[path]!), linesOf(wanted[path]!)))}`;
  });
}

/** The shortest way from one list of lines to the other. */
export function lineDiff(a: string[], b: string[]): Line[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const [x, y] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  // common[i][j]: how many lines the rests from i and j have in common, in order.
  const common = Array.from({ length: x.length + 1 }, () => new Uint32Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i--) for (let j = y.length - 1; j >= 0; j--) common[i]![j] = x[i] === y[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
  const same = (text: string): Line => ({ sign: " ", text });
  const lines = a.slice(0, start).map(same);
  for (let i = 0, j = 0; i < x.length || j < y.length; ) {
    if (i < x.length && j < y.length && x[i] === y[j]) lines.push(same(x[i++]!)), j++;
    else if (j >= y.length || (i < x.length && common[i + 1]![j]! >= common[i]![j + 1]!)) lines.push({ sign: "-", text: x[i++]! });
    else lines.push({ sign: "+", text: y[j++]! });
  }
  return [...lines, ...a.slice(a.length - end).map(same)];
}

function around(lines: Line[]): string {
  const near = lines.map((_, at) => lines.slice(Math.max(0, at - context), at + context + 1).some(line => line.sign !== " "));
  return lines.map((line, at) => (near[at] ? `    ${line.sign} ${line.text}\n` : near[at - 1] && near.includes(true, at) ? "      …\n" : "")).join("");
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, "").split("\n");
}
