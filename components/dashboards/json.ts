/**
 * A type of Grafana's Foundation SDK as it is in JSON: an enum is any of its values. So the SDK checks what is written although none
 * of it is loaded: its builders come in 280 files, which take a fifth of the time of a whole preview (bench/preview.ts).
 */
export type Json<T> =
  T extends string ? `${T}`
  : T extends number ? number
  : T extends readonly (infer E)[] ? Json<E>[]
  : T extends object ? { [K in keyof T as K extends `_${string}` ? never : K]: Json<T[K]> }
  : T;
