// The global Buffer of runtime 2.0, on top of Uint8Array. decode(text, encoding)
// gives an ArrayBuffer, encode(view, encoding) a string; both are the engine's.
(function (decode, encode) {
  "use strict";
  const encodings = ["utf8", "utf-8", "hex", "base64", "base64url"];
  const most = 2097152;
  const known = (encoding) => {
    if (encoding === undefined || encoding === null) return "utf8";
    const name = String(encoding).toLowerCase();
    if (!encodings.includes(name)) throw new TypeError('"' + encoding + '" encoding is not supported');
    return name;
  };
  const make = (source, offset, length) => {
    const view = new Uint8Array(source, offset, length);
    Object.setPrototypeOf(view, Buffer.prototype);
    return view;
  };
  const sized = (size) => {
    if (typeof size !== "number" || !(size >= 0)) throw new RangeError("invalid size");
    if (size > most) throw new RangeError("Invalid typed array length");
    return make(size);
  };
  function Buffer() { throw new TypeError("Buffer is not a constructor"); }
  Object.setPrototypeOf(Buffer, Uint8Array);
  Buffer.prototype = Object.create(Uint8Array.prototype, { constructor: { value: Buffer, writable: true, configurable: true } });
  const statics = {
    alloc(size, fill, encoding) {
      const b = sized(size);
      return fill === undefined ? b : b.fill(fill, 0, b.length, encoding);
    },
    allocUnsafe: (size) => sized(size),
    from(value, offset, length) {
      if (typeof value === "string") return make(decode(value, known(offset)));
      if (value instanceof ArrayBuffer) return make(value, offset, length);
      if (value && value.type === "Buffer" && Array.isArray(value.data)) return make(value.data);
      if (value && typeof value === "object" && typeof value.length === "number") return make(value);
      throw new TypeError("first argument is not a string or Buffer-like object");
    },
    byteLength: (value, encoding) => (typeof value === "string" ? decode(value, known(encoding)).byteLength : value.byteLength),
    compare(a, b) {
      const n = Math.min(a.length, b.length);
      for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
      return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
    },
    concat(list, total) {
      if (!Array.isArray(list)) throw new TypeError('"list" argument must be an instance of Array');
      const size = total === undefined ? list.reduce((n, b) => n + b.length, 0) : total;
      const out = sized(size);
      let at = 0;
      list.forEach((b) => {
        const part = b.subarray(0, Math.max(0, size - at));
        out.set(part, at);
        at += part.length;
      });
      return out;
    },
    isBuffer: (value) => value instanceof Buffer,
    isEncoding: (value) => typeof value === "string" && encodings.includes(value.toLowerCase()),
  };
  const search = (b, value, from, encoding, last) => {
    const part = typeof value === "number" ? [value & 255] : typeof value === "string" ? make(decode(value, known(encoding))) : value;
    const end = b.length - part.length;
    const step = last ? -1 : 1;
    let i = from === undefined ? (last ? end : 0) : from < 0 ? b.length + from : from;
    for (i = last ? Math.min(i, end) : Math.max(i, 0); i >= 0 && i <= end; i += step) {
      let j = 0;
      while (j < part.length && b[i + j] === part[j]) j++;
      if (j === part.length) return i;
    }
    return -1;
  };
  const methods = {
    toString(encoding, start, end) { return encode(this.subarray(start === undefined ? 0 : start, end), known(encoding)); },
    toJSON() { return { type: "Buffer", data: Array.prototype.slice.call(this) }; },
    equals(other) { return Buffer.compare(this, other) === 0; },
    compare(other, start, end, from, to) { return Buffer.compare(this.subarray(from, to), other.subarray(start, end)); },
    copy(target, at, start, end) {
      const part = this.subarray(start, end).subarray(0, Math.max(0, target.length - (at || 0)));
      target.set(part, at || 0);
      return part.length;
    },
    fill(value, start, end, encoding) {
      if (typeof value !== "string") { Uint8Array.prototype.fill.call(this, value, start, end); return this; }
      const part = make(decode(value, known(typeof start === "string" ? start : encoding)));
      const to = typeof end === "number" ? end : this.length;
      for (let i = typeof start === "number" ? start : 0, j = 0; i < to; i++, j++) this[i] = part.length ? part[j % part.length] : 0;
      return this;
    },
    includes(value, from, encoding) { return search(this, value, from, encoding, false) >= 0; },
    indexOf(value, from, encoding) { return search(this, value, from, encoding, false); },
    lastIndexOf(value, from, encoding) { return search(this, value, from, encoding, true); },
    subarray(start, end) {
      const view = Uint8Array.prototype.subarray.call(new Uint8Array(this.buffer, this.byteOffset, this.byteLength), start, end);
      return make(view.buffer, view.byteOffset, view.byteLength);
    },
    slice(start, end) { return this.subarray(start, end); },
    write(text, offset, length, encoding) {
      if (typeof offset === "string") { encoding = offset; offset = 0; length = undefined; }
      if (typeof length === "string") { encoding = length; length = undefined; }
      const part = make(decode(text, known(encoding))).subarray(0, Math.min(length === undefined ? Infinity : length, this.length - (offset || 0)));
      this.set(part, offset || 0);
      return part.length;
    },
  };
  const swap = (name, size) => {
    methods[name] = function () {
      if (this.length % size) throw new RangeError("Buffer size must be a multiple of " + size * 8 + "-bits");
      for (let i = 0; i < this.length; i += size) Uint8Array.prototype.reverse.call(new Uint8Array(this.buffer, this.byteOffset + i, size));
      return this;
    };
  };
  swap("swap16", 2);
  swap("swap32", 4);
  swap("swap64", 8);
  const bounded = (b, offset, size) => {
    if (offset === undefined) offset = 0;
    if (typeof offset !== "number" || offset < 0 || offset + size > b.length) throw new RangeError("index out of range");
    return offset;
  };
  const number = (name, type, size, little) => {
    methods["read" + name] = function (offset) {
      return new DataView(this.buffer, this.byteOffset, this.byteLength)["get" + type](bounded(this, offset, size), little);
    };
    methods["write" + name] = function (value, offset) {
      const at = bounded(this, offset, size);
      new DataView(this.buffer, this.byteOffset, this.byteLength)["set" + type](at, value, little);
      return at + size;
    };
  };
  number("Int8", "Int8", 1);
  number("UInt8", "Uint8", 1);
  [["LE", true], ["BE", false]].forEach((e) => {
    number("Int16" + e[0], "Int16", 2, e[1]);
    number("UInt16" + e[0], "Uint16", 2, e[1]);
    number("Int32" + e[0], "Int32", 4, e[1]);
    number("UInt32" + e[0], "Uint32", 4, e[1]);
    number("Float" + e[0], "Float32", 4, e[1]);
    number("Double" + e[0], "Float64", 8, e[1]);
    const width = (at, offset, size) => {
      if (!(size >= 1 && size <= 6)) throw new RangeError("byteLength must be 1 to 6");
      return bounded(at, offset, size);
    };
    const place = (at, size, i) => at + (e[1] ? i : size - 1 - i);
    methods["readUInt" + e[0]] = function (offset, size) {
      let n = 0;
      for (let at = width(this, offset, size), i = size - 1; i >= 0; i--) n = n * 256 + this[place(at, size, i)];
      return n;
    };
    methods["readInt" + e[0]] = function (offset, size) {
      const n = this["readUInt" + e[0]](offset, size);
      return n >= 2 ** (size * 8 - 1) ? n - 2 ** (size * 8) : n;
    };
    methods["writeUInt" + e[0]] = methods["writeInt" + e[0]] = function (value, offset, size) {
      const at = width(this, offset, size);
      for (let i = 0; i < size; i++) { this[place(at, size, i)] = value & 255; value = Math.floor(value / 256); }
      return at + size;
    };
  });
  Object.keys(methods).forEach((name) => {
    Object.defineProperty(Buffer.prototype, name, { value: methods[name], writable: true, configurable: true });
    const alias = name.replace("UInt", "Uint");
    if (alias !== name) Object.defineProperty(Buffer.prototype, alias, { value: methods[name], writable: true, configurable: true });
  });
  Object.keys(statics).forEach((name) => Object.defineProperty(Buffer, name, { value: statics[name], writable: true, configurable: true }));
  return Buffer;
});
