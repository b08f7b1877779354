import assert from "node:assert/strict";
import { test } from "node:test";
import { notYet, passed, runChecks, skipped, wrong, type Answer, type Check } from "../../components/verify/check";

function check(name: string, answers: (Answer | Error)[], more: Partial<Check> = {}): Check & { asked: number } {
  const made: Check & { asked: number } = {
    group: "g",
    name,
    patience: 1,
    todo: "the usual",
    asked: 0,
    async ask(): Promise<Answer> {
      const answer = answers[Math.min(made.asked++, answers.length - 1)]!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    ...more,
  };
  return made;
}

const pause = 0.001;

test("a check is asked again until it passes, and an exception is one of its wrong answers", async () => {
  const slow = check("slow", [notYet("nothing"), new Error("no answer"), passed("there")]);
  const [outcome] = await runChecks([slow], { pause });
  assert.equal(slow.asked, 3);
  assert.deepEqual([outcome!.result, outcome!.seen, outcome!.todo], ["passed", "there", undefined]);
});

test("patience ends, with the last that was seen and what to do", async () => {
  const [usual, own, thrown] = await runChecks(
    [check("never", [notYet("a"), notYet("b")], { patience: 0.02 }), check("own", [notYet("c", "something else")], { patience: 0 }), check("thrown", [new Error("d")], { patience: 0 })],
    { pause },
  );
  assert.deepEqual([usual!.result, usual!.seen, usual!.todo], ["failed", "b", "the usual"]);
  assert.deepEqual([own!.seen, own!.todo], ["c", "something else"]);
  assert.deepEqual([thrown!.result, thrown!.seen], ["failed", "d"]);
});

test("a timeout cuts every check's patience, and says so", async () => {
  const [outcome] = await runChecks([check("never", [notYet("nothing")], { patience: 60 })], { pause, timeout: 0.01 });
  assert.equal(outcome!.seen, "nothing; gave up after 0.01 s, though it may need 60 s");
  assert.ok(outcome!.seconds < 5);
});

test("an answer that waiting cannot change is not waited for", async () => {
  const open = check("open", [wrong("200 without a token"), passed("later")]);
  const [outcome] = await runChecks([open], { pause });
  assert.deepEqual([open.asked, outcome!.result], [1, "failed"]);
});

test("what needs a failed check is not asked, and what needs a skipped one is skipped for the same reason", async () => {
  const asked = check("never asked", [passed("")], { needs: ["g: broken"] });
  const outcomes = await runChecks([check("broken", [wrong("no")]), check("absent", [skipped("left out")]), asked, check("follows", [passed("")], { needs: ["g: absent"] })], { pause });
  assert.equal(asked.asked, 0);
  assert.deepEqual(outcomes.map(({ result, seen }) => [result, seen]), [["failed", "no"], ["skipped", "left out"], ["skipped", 'not asked, since "g: broken" failed'], ["skipped", "left out"]]);
});

test("outcomes come in the order of the checks, whatever ends first", async () => {
  const outcomes = await runChecks([check("long", [notYet(""), notYet(""), passed("")]), check("short", [passed("")])], { pause });
  assert.deepEqual(outcomes.map(outcome => outcome.name), ["long", "short"]);
});

test("progress names what is under way and counts what is done", async () => {
  const lines: string[] = [];
  await runChecks([check("first", [passed("")]), check("second", [passed("")], { needs: ["g: first"] })], { pause, onProgress: (underWay, done, all) => lines.push(`${underWay.join(",")} ${done}/${all}`) });
  assert.deepEqual(lines, ["g: first 0/2", " 1/2", "g: second 1/2", " 2/2"]);
});

test("a need that is not among the checks, and two checks of one name, are mistakes of the program", async () => {
  await assert.rejects(runChecks([check("a", [passed("")], { needs: ["g: b"] })]), /needs "g: b", which is not among those before it/);
  await assert.rejects(runChecks([check("a", [passed("")]), check("a", [passed("")])]), /Two checks are called "g: a"/);
});
