# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Makes Sources/Presentation/Report/WorldOutline.swift from Natural Earth's outlines of countries.

The outlines are those of Natural Earth 1:110m (public domain, naturalearthdata.com) in the wheel
geopandas 0.14.4 of PyPI, which is a ZIP file and need not be installed:

    pip download --no-deps geopandas==0.14.4
    python Python/make_world_outline.py geopandas-0.14.4-py3-none-any.whl

The projection is Equal Earth (Savric, Patterson, Jenny 2018): areas on the map are in the
proportion of areas on the ground. Lines are thinned by Douglas and Peucker's method. The borders are
those of Natural Earth, which draws who governs in fact; they are no statement about what is right.
"""

import hashlib
import math
import struct
import sys
import zipfile

MEMBERS = "geopandas/datasets/naturalearth_lowres/naturalearth_lowres."
SHAPES = "1f689e60b357e1e98702d5d9f774e95e77fc6b324487cadf57eb9317d533ce12"
WIDTH = 1000
TOLERANCE = 0.7

# What Natural Earth gives no code of ISO 3166-1 for; Kosovo's is that of CLDR.
CODES = {"Kosovo": "XK", "N. Cyprus": None, "Somaliland": None}


def alpha2():
    """Alpha-3 to alpha-2 codes, from CLDR's code mappings."""
    import xml.etree.ElementTree as tree

    path = "/usr/share/unicode/cldr/common/supplemental/supplementalData.xml"
    return {
        each.get("alpha3"): each.get("type")
        for each in tree.parse(path).getroot().find("codeMappings").findall("territoryCodes")
        if each.get("alpha3")
    }


def records(data):
    count, header, length = struct.unpack("<IHH", data[4:12])
    fields, offset = [], 32
    while data[offset] != 13:
        fields.append((data[offset : offset + 11].split(b"\0")[0].decode(), data[offset + 16]))
        offset += 32
    for index in range(count):
        record = data[header + index * length : header + (index + 1) * length]
        place, row = 1, {}
        for name, size in fields:
            row[name] = record[place : place + size].decode("latin-1").strip()
            place += size
        yield row


def shapes(data):
    offset = 100
    while offset < len(data):
        _, words = struct.unpack(">II", data[offset : offset + 8])
        body = data[offset + 8 : offset + 8 + 2 * words]
        parts, points = struct.unpack("<II", body[36:44])
        starts = list(struct.unpack(f"<{parts}I", body[44 : 44 + 4 * parts])) + [points]
        values = struct.unpack(f"<{2 * points}d", body[44 + 4 * parts : 44 + 4 * parts + 16 * points])
        pairs = list(zip(values[::2], values[1::2]))
        yield [pairs[a:b] for a, b in zip(starts, starts[1:])]
        offset += 8 + 2 * words


def project(longitude, latitude):
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    t = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    x = (2 * math.sqrt(3) * math.radians(longitude) * math.cos(t)) / (
        3 * (9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1))
    y = a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t
    return x, y


def thin(points):
    if len(points) < 3:
        return points
    (ax, ay), (bx, by) = points[0], points[-1]
    length = math.hypot(bx - ax, by - ay)

    def distance(point):
        if length == 0:
            return math.hypot(point[0] - ax, point[1] - ay)
        return abs((bx - ax) * (ay - point[1]) - (ax - point[0]) * (by - ay)) / length

    index = max(range(1, len(points) - 1), key=lambda each: distance(points[each]))
    if distance(points[index]) <= TOLERANCE:
        return [points[0], points[-1]]
    return thin(points[: index + 1])[:-1] + thin(points[index:])


def path(rings, scale, left, top):
    text = ""
    for ring in rings:
        placed = [((x - left) * scale, (top - y) * scale) for x, y in (project(*p) for p in ring)]
        whole = [(round(x), round(y)) for x, y in thin(placed)]
        steps = [p for i, p in enumerate(whole) if i == 0 or p != whole[i - 1]]
        if len(steps) > 1 and steps[0] == steps[-1]:
            steps.pop()
        if len(steps) < 3:
            continue
        text += f"M{steps[0][0]} {steps[0][1]}l"
        moves = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(steps, steps[1:])]
        text += " ".join(f"{x} {y}" for x, y in moves) + "z"
    return text


def lines(words, width=96):
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = ""
        line += (" " if line else "") + word
    yield line


def main():
    archive = zipfile.ZipFile(sys.argv[1])
    shape, table = archive.read(MEMBERS + "shp"), archive.read(MEMBERS + "dbf")
    digest = hashlib.sha256(shape).hexdigest()
    if digest != SHAPES:
        sys.exit(f"make_world_outline: the outlines have the SHA-256 {digest}, not {SHAPES}")
    codes = alpha2()
    right, top = project(180, 0)[0], project(0, 83.65)[1]
    bottom = project(0, -56)[1]
    scale = WIDTH / (2 * right)
    countries = []
    for row, rings in zip(records(table), shapes(shape)):
        if row["iso_a3"] == "ATA":  # cut off with the bottom of the map; nobody lives there for long
            continue
        code = CODES[row["name"]] if row["name"] in CODES else codes[row["iso_a3"]]
        drawn = path(rings, scale, -right, top)
        if drawn:
            countries.append((code or "--", drawn))
    countries.sort()
    words = " ".join(f"{code} {drawn}" for code, drawn in countries).split(" ")
    print(HEAD.replace("HEIGHT", str(round((top - bottom) * scale))), end="")
    for line in lines(words):
        print("    " + line)
    print('    """\n}')


HEAD = '''// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The outlines of countries for a small map of the world, in the Equal Earth projection, thinned.
///
/// From Natural Earth 1:110m (public domain) by `Python/make_world_outline.py`; not edited by hand.
enum WorldOutline {
  /// The map's size in its own units.
  static let width = 1000
  static let height = HEIGHT

  /// One country or part of one: its code of ISO 3166-1 or CLDR, `--` without; its outline as SVG.
  static let countries: [(code: String, path: String)] = {
    var countries: [(code: String, path: [Substring])] = []
    for word in text.split(whereSeparator: \\.isWhitespace) {
      if let first = word.utf8.first, word.utf8.count == 2, first == 0x2d || isCapital(first),
        word.utf8.last.map({ $0 == 0x2d || isCapital($0) }) == true
      {
        countries.append((String(word), []))
      } else if !countries.isEmpty {
        countries[countries.count - 1].path.append(word)
      }
    }
    return countries.map { ($0.code, $0.path.joined(separator: " ")) }
  }()

  private static func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }

  private static let text = """
'''

if __name__ == "__main__":
    main()
