import Glibc
import Kernels
import Primitives
import Transformer

func now() -> Double {
  var t = timespec()
  clock_gettime(CLOCK_MONOTONIC, &t)
  return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
}
var opts: [String: Double] = [:]
for a in CommandLine.arguments.dropFirst(2) {
  let p = a.split(separator: "=")
  opts[String(p[0])] = Double(p[1])
}
let file = fopen(CommandLine.arguments[1], "r")!
var raw: [UInt8] = []
var chunk = [UInt8](repeating: 0, count: 1 << 20)
while true {
  let n = fread(&chunk, 1, chunk.count, file)
  if n == 0 { break }
  raw += chunk[0..<n]
}
var names: [[UInt8]] = []
var books: [[UInt8]] = []
for line in raw.split(separator: 10) {
  guard let space = line.firstIndex(of: 32), let colon = line[..<space].firstIndex(of: 58) else { continue }
  var name = Array(line[line.startIndex..<colon])
  while let l = name.last, l >= 48, l <= 57 { name.removeLast() }
  if names.last != name {
    names.append(name)
    books.append([])
  }
  books[books.count - 1] += (opts["refs"] == 1 ? line : line[(space + 1)...]) + [10]
}
let groups = [0..<5, 5..<17, 17..<22, 22..<39, 39..<44, 44..<66]
var pieces: [TextPiece] = []
var targets: [TextPiece] = []
for (g, range) in groups.enumerated() {
  var held: [UInt8] = []
  for b in range {
    let cut = books[b].count * 95 / 100
    pieces.append(TextPiece(line: b, bytes: Array(books[b][..<cut])))
    held += books[b][cut...]
  }
  let count = Int(opts["windows"] ?? 16)
  for w in 0..<count {
    let start = (held.count - 129) * w / max(count - 1, 1)
    targets.append(TextPiece(line: g, bytes: Array(held[start..<start + 129])))
  }
}
var mc = ModelConfiguration()
mc.hiddenSize = Int(opts["hidden"] ?? 128)
mc.layerCount = Int(opts["layers"] ?? 5)
mc.headCount = Int(opts["heads"] ?? 4)
mc.feedForwardSize = Int(opts["inner"] ?? 344)
var tc = TrainingConfiguration()
tc.steps = Int(opts["steps"] ?? 600)
tc.batchSize = Int(opts["batch"] ?? 16)
tc.warmUpSteps = Int(opts["warm"] ?? 30)
tc.peakRate = opts["lr"] ?? 3e-3
tc.finalRate = opts["final"] ?? 0.05
tc.weightDecay = opts["wd"] ?? 0.1
tc.beta2 = opts["b2"] ?? 0.99
tc.beta1 = opts["b1"] ?? 0.9
tc.clipNorm = opts["clip"] ?? 1
tc.seed = UInt64(opts["seed"] ?? 1)
tc.shardWindows = Int(opts["shard"] ?? 8)
let blas = try BLAS.load()
print(blas.family, blas.build)
let model = try LlamaModel(mc, blas: blas)
let engine = PassEngine(model: model, workers: Workers(count: Int(opts["threads"] ?? 2)), shardWindows: tc.shardWindows, shardCapacity: 64)
let set = WindowSet(pieces: pieces, lineCount: 66, context: mc.contextLength)
let val = WindowSet(pieces: targets, lineCount: 6, context: mc.contextLength)
let vplan = PassPlan(all: val, shardWindows: tc.shardWindows)
let trainer = Trainer(engine: engine, configuration: tc, windows: set, owners: Array(0..<66))
print("parameters", model.layout.count, "windows", set.count)
let P = model.layout.count
let units = FloatBuffer(count: P * max(tc.batchSize, vplan.unitCount)), pre = FloatBuffer(count: P), dec = FloatBuffer(count: P)
var tf = 0.0, tu = 0.0
let start = now()
for s in 0..<tc.steps {
  let a = now()
  let loss = trainer.gradients(into: units.base)
  let b = now()
  let u = trainer.update(units: units.base, preconditioner: pre.base, decayed: dec.base)
  let c = now()
  tf += b - a
  tu += c - b
  if s % 50 == 49 || s == tc.steps - 1 || s == 0 {
    engine.losses(val, vplan, parameters: trainer.parameters.base)
    let l = engine.lossSums(vplan, lineCount: 6)
    let m = zip(l, val.predictionsByLine).map { $0 / Double($1) }
    print(s + 1, "loss", loss, "val", m.reduce(0, +) / 6, "norm", u.gradientNorm, "t", now() - start)
  }
}
print("fb/step ms", tf / Double(tc.steps) * 1e3, "update ms", tu / Double(tc.steps) * 1e3)
var r = rusage()
getrusage(__rusage_who_t(0), &r)
print("user s", Double(r.ru_utime.tv_sec) + Double(r.ru_utime.tv_usec) * 1e-6)
