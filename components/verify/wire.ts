/** The little of protobuf and snappy that two messages need; see https://protobuf.dev/programming-guides/encoding/. */

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  do {
    const low = Number(value & 0x7fn);
    value >>= 7n;
    bytes.push(value ? low | 0x80 : low);
  } while (value);
  return Buffer.from(bytes);
}

const tag = (field: number, type: 0 | 1 | 2) => varint(BigInt((field << 3) | type));

/** A field of bytes, text or an embedded message. */
export function bytes(field: number, value: Buffer | string): Buffer {
  const content = Buffer.from(value);
  return Buffer.concat([tag(field, 2), varint(BigInt(content.length)), content]);
}

/** An embedded message of these fields. */
export function message(field: number, ...fields: Buffer[]): Buffer {
  return bytes(field, Buffer.concat(fields));
}

/** int64, enum or bool; not negative. */
export function integer(field: number, value: bigint | number): Buffer {
  return Buffer.concat([tag(field, 0), varint(BigInt(value))]);
}

export function fixed64(field: number, value: bigint): Buffer {
  const content = Buffer.alloc(8);
  content.writeBigUInt64LE(value);
  return Buffer.concat([tag(field, 1), content]);
}

export function double(field: number, value: number): Buffer {
  const content = Buffer.alloc(8);
  content.writeDoubleLE(value);
  return Buffer.concat([tag(field, 1), content]);
}

/** Snappy's block format without compressing: literals only, which every reader takes (https://github.com/google/snappy/blob/main/format_description.txt). */
export function snappyBlock(content: Buffer): Buffer {
  const parts = [varint(BigInt(content.length))];
  for (let at = 0; at < content.length; at += 65_536) {
    const literal = content.subarray(at, at + 65_536);
    const length = literal.length - 1;
    parts.push(Buffer.from([61 << 2, length & 0xff, length >> 8]), literal);
  }
  return Buffer.concat(parts);
}
