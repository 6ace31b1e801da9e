// TextEncoder and TextDecoder of runtime 2.0, for UTF-8 alone.
(function (decode, encode) {
  "use strict";
  function TextEncoder() { if (!(this instanceof TextEncoder)) throw new TypeError("the new operator is needed"); }
  TextEncoder.prototype.encode = function (text) { return new Uint8Array(decode(text === undefined ? "" : String(text), "utf8")); };
  TextEncoder.prototype.encodeInto = function (text, target) {
    const bytes = new Uint8Array(decode(String(text), "utf8"));
    let n = Math.min(bytes.length, target.length);
    while (n > 0 && n < bytes.length && (bytes[n] & 0xc0) === 0x80) n--;
    target.set(bytes.subarray(0, n));
    return { read: encode(bytes.subarray(0, n), "utf8").length, written: n };
  };
  function TextDecoder(label, options) {
    if (!(this instanceof TextDecoder)) throw new TypeError("the new operator is needed");
    const name = label === undefined ? "utf-8" : String(label).toLowerCase();
    if (name !== "utf-8" && name !== "utf8") throw new RangeError('The "' + label + '" encoding is not supported');
    Object.defineProperty(this, "encoding", { value: "utf-8" });
    Object.defineProperty(this, "fatal", { value: Boolean(options && options.fatal) });
    Object.defineProperty(this, "ignoreBOM", { value: Boolean(options && options.ignoreBOM) });
  }
  TextDecoder.prototype.decode = function (input) {
    if (input === undefined) return "";
    const bytes = input instanceof ArrayBuffer ? new Uint8Array(input) : new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
    let text = encode(bytes, "utf8");
    if (this.fatal && text.indexOf("\ufffd") >= 0) {
      const back = new Uint8Array(decode(text, "utf8"));
      if (back.length !== bytes.length || back.some((b, i) => b !== bytes[i])) throw new TypeError("The encoded data was not valid");
    }
    if (!this.ignoreBOM && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    return text;
  };
  return { TextEncoder: TextEncoder, TextDecoder: TextDecoder };
});
