# pictures.py - pictures that nobody else would make, for the tests.
#
# usage: python3 pictures.py KIND FILE [ARGUMENT...]
#
# photo FILE [W H [CORNER]]  PNG; each corner has a colour of its own, and that
#                            named (tl tr bl br) is the red one; default: tl
# glass FILE                 PNG that is seen through in its top left corner
# opaque FILE                PNG that could be, and is not
# deep FILE                  PNG of 16 bits
# grey FILE                  PNG without colours
# gif FILE FRAMES [W H]      each frame for 100 ms longer, with a comment
# apng FILE                  PNG of two frames
# bomb FILE W H              PNG of W times H, in a few bytes
# turn JPEG FILE N           FILE with Exif: orientation N, a place, a secret
# secret WEBP FILE           FILE with a secret in its metadata
import struct
import sys
import zlib

RED, GREEN, BLUE, WHITE = (220, 40, 40), (40, 160, 70), (40, 60, 200), (240, 240, 230)
CORNERS = ['tl', 'tr', 'bl', 'br']


def colours(corner):
    others = [GREEN, BLUE, WHITE]
    return {c: RED if c == corner else others.pop(0) for c in CORNERS}


def tile(x, y, w, h, by):
    corner = ('t' if y < h // 2 else 'b') + ('l' if x < w // 2 else 'r')
    shade = (x * 40 // w + y * 20 // h) % 16
    return bytes(max(0, c - shade) for c in by[corner])


def rows(w, h, corner='tl'):
    # Tiles of an edge that divides the half.
    by, edge, out = colours(corner), w // 2 // 10 or 1, []
    for y in range(0, h, edge):
        line = b''.join(tile(x, y, w, h, by) * min(edge, w - x)
                        for x in range(0, w, edge))
        out += [line] * min(edge, h - y)
    return out


def chunk(kind, data):
    return (struct.pack('>I', len(data)) + kind + data +
            struct.pack('>I', zlib.crc32(kind + data)))


def pack(lines):
    return zlib.compress(b''.join(b'\0' + line for line in lines))


def png(w, h, lines, bits=8, kind=2, before=b'', behind=b''):
    return (b'\x89PNG\r\n\x1a\n' +
            chunk(b'IHDR', struct.pack('>IIBBBBB', w, h, bits, kind, 0, 0, 0)) +
            before + chunk(b'IDAT', pack(lines)) + behind + chunk(b'IEND', b''))


def photo(w='1200', h='800', corner='tl'):
    w, h = int(w), int(h)
    return png(w, h, rows(w, h, corner))


def with_alpha(alpha):
    w, h = 1200, 800
    lines = []
    for y, line in enumerate(rows(w, h)):
        out = bytearray(4 * w)
        for c in range(3):
            out[c::4] = line[c::3]
        out[3::4] = bytes(alpha(x, y) for x in range(w))
        lines.append(bytes(out))
    return png(w, h, lines, kind=6)


def glass():
    return with_alpha(lambda x, y: 0 if x < 600 and y < 400 else 255)


def opaque():
    return with_alpha(lambda x, y: 255)


def deep():
    lines = []
    for line in rows(1200, 800):
        out = bytearray(2 * len(line))
        out[0::2] = out[1::2] = line
        lines.append(bytes(out))
    return png(1200, 800, lines, bits=16)


def grey():
    lines = [bytes(line[0::3]) for line in rows(1200, 800)]
    return png(1200, 800, lines, kind=0)


def lzw(pixels):
    # 8 bits each, and never a code of 10: the table is emptied in time.
    out, have, bits = bytearray(), 0, 0

    def put(code):
        nonlocal have, bits
        have |= code << bits
        bits += 9
        while bits >= 8:
            out.append(have & 255)
            have >>= 8
            bits -= 8
    for i, p in enumerate(pixels):
        if i % 250 == 0:
            put(256)
        put(p)
    put(257)
    out.append(have & 255)
    blocks = b''.join(bytes([len(out[i:i + 255])]) + bytes(out[i:i + 255])
                      for i in range(0, len(out), 255))
    return b'\x08' + blocks + b'\0'


def gif(frames, w='400', h='300'):
    frames, w, h = int(frames), int(w), int(h)
    table = b''.join(bytes([i, 255 - i, i // 2]) for i in range(256))
    text, known = b'SECRET comment', {}
    out = [b'GIF89a', struct.pack('<HHBBB', w, h, 0xf7, 0, 0), table,
           b'!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0',
           b'!\xfe' + bytes([len(text)]) + text + b'\0']
    for i in range(frames):
        first = i * 60 % 256
        if first not in known:
            known[first] = lzw(bytes([(first + x // 8) % 256
                                      for x in range(w)]) * h)
        out += [b'!\xf9\x04\0' + struct.pack('<H', min(i + 1, 9) * 10) + b'\0\0',
                b',' + struct.pack('<HHHHB', 0, 0, w, h, 0), known[first]]
    return b''.join(out) + b';'


def apng():
    w, h = 400, 300
    control = struct.pack('>II', 2, 0)
    frame = struct.pack('>IIIIHHBB', w, h, 0, 0, 1, 2, 0, 0)
    return png(w, h, rows(w, h),
               before=chunk(b'acTL', control) +
               chunk(b'fcTL', struct.pack('>I', 0) + frame),
               behind=chunk(b'fcTL', struct.pack('>I', 1) + frame) +
               chunk(b'fdAT', struct.pack('>I', 2) + pack(rows(w, h, 'br'))))


def bomb(w, h):
    w, h = int(w), int(h)
    z = zlib.compressobj(9)
    line = b'\0' + bytes((w + 7) // 8)
    data = b''.join(z.compress(line) for _ in range(h)) + z.flush()
    return (b'\x89PNG\r\n\x1a\n' +
            chunk(b'IHDR', struct.pack('>IIBBBBB', w, h, 1, 0, 0, 0, 0)) +
            chunk(b'IDAT', data) + chunk(b'IEND', b''))


def entry(tag, kind, n, value):
    return struct.pack('<HHI', tag, kind, n) + value


def turn(jpeg, orientation):
    # Orientation, the camera's name, and the place: 52 degrees north.
    base = open(jpeg, 'rb').read()
    name = b'SECRET camera\0'
    ifd = 8
    data = ifd + 2 + 3 * 12 + 4
    gps = data + len(name)
    degrees = gps + 2 + 2 * 12 + 4
    tiff = (b'II*\0' + struct.pack('<I', ifd) + struct.pack('<H', 3) +
            entry(0x0112, 3, 1, struct.pack('<HH', int(orientation), 0)) +
            entry(0x0110, 2, len(name), struct.pack('<I', data)) +
            entry(0x8825, 4, 1, struct.pack('<I', gps)) + bytes(4) + name +
            struct.pack('<H', 2) + entry(1, 2, 2, b'N\0\0\0') +
            entry(2, 5, 3, struct.pack('<I', degrees)) + bytes(4) +
            struct.pack('<6I', 52, 1, 31, 1, 0, 1))
    exif = b'Exif\0\0' + tiff
    return (b'\xff\xd8\xff\xe1' + struct.pack('>H', len(exif) + 2) + exif +
            base[2:])


def secret(webp):
    base = bytearray(open(webp, 'rb').read())
    assert base[12:16] == b'VP8X'
    base[20] |= 4
    text = b'<x:xmpmeta>SECRET place</x:xmpmeta>.'
    base += b'XMP ' + struct.pack('<I', len(text)) + text
    base[4:8] = struct.pack('<I', len(base) - 8)
    return bytes(base)


def main():
    kind, path, *arguments = sys.argv[1:]
    if kind in ('turn', 'secret'):
        arguments = [path] + arguments
        path = arguments.pop(1)
    with open(path, 'wb') as out:
        out.write(globals()[kind](*arguments))


main()
