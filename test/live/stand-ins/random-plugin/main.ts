/**
 * STAND-IN for the provider plugin of @pulumi/random 4.21.2, for machines that cannot have the real one. It knows
 * RandomBytes and RandomPassword without special characters. As in the real one: every change of an input replaces, and
 * results are secret.
 */
import * as provider from "@pulumi/pulumi/provider";
import { randomBytes, randomInt } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { plain, secretOf } from "../secrets";

const known = ["length", "keepers", "special"];
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

void provider.main(
  {
    version: "4.21.2",
    async check(urn, _olds, news) {
      const failures = [
        ...(/random:index\/random(Bytes:RandomBytes|Password:RandomPassword)::/.test(urn) ? [] : [{ property: "", reason: `this stand-in does not know ${urn}` }]),
        ...Object.keys(news).filter(key => !known.includes(key) && !key.startsWith("__")).map(key => ({ property: key, reason: "this stand-in does not know it" })),
        ...(urn.includes("RandomPassword") && news.special !== false ? [{ property: "special", reason: "this stand-in makes passwords without special characters only" }] : []),
      ];
      return { inputs: news, failures };
    },
    async diff(_id, _urn, olds, news) {
      const replaces = known.filter(key => !isDeepStrictEqual(plain(olds[key]), plain(news[key])));
      return { changes: replaces.length > 0, replaces };
    },
    async create(urn, inputs) {
      const length = plain(inputs.length) as number;
      if (urn.includes("RandomPassword")) return { id: "none", outs: { ...inputs, result: secretOf(Array.from({ length }, () => letters[randomInt(letters.length)]).join("")) } };
      const bytes = randomBytes(length);
      return { id: "none", outs: { ...inputs, hex: secretOf(bytes.toString("hex")), base64: secretOf(bytes.toString("base64")) } };
    },
  },
  process.argv.slice(2),
);
