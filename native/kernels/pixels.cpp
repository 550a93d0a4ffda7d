// Pixels of an image as floats, and floats as pixels: rounded, and kept in the range of the type.
#include "kernels/kernels.h"
#include "kernels/within.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

template <class Pixel>
struct Vector {
    typedef Pixel type __attribute__((vector_size(kLanes * sizeof(Pixel))));
};

using Shorts = Vector<std::uint16_t>::type;

// Through numbers of 16 bits: between 8 and 32 GCC makes no single instruction.
template <class Pixel>
CONVOLENS_INLINE vec as_floats(typename Vector<Pixel>::type pixels) {
    const Shorts shorts = __builtin_convertvector(pixels, Shorts);
    return __builtin_convertvector(__builtin_convertvector(shorts, ivec), vec);
}

template <class Pixel>
CONVOLENS_INLINE typename Vector<Pixel>::type as_pixels(vec whole) {
    const Shorts shorts = __builtin_convertvector(__builtin_convertvector(whole, ivec), Shorts);
    return __builtin_convertvector(shorts, typename Vector<Pixel>::type);
}

constexpr i64 kLineBytes = kLine * sizeof(float);

template <class Pixel>
void read_rows(const PixelArgs& args, i64 begin, i64 end) {
    for (i64 row = begin; row < end; ++row) {
        const auto pixels_of = [&](i64 at) {
            return static_cast<const Pixel*>(args.pixels) +
                   (args.rows ? within(args.rows[at], args.all_rows) : at) * args.pixel_row;
        };
        const Pixel* from = pixels_of(row);
        if (args.rows && row + 1 < end)  // the next one may lie anywhere
            for (i64 i = 0; i < args.columns; i += kLineBytes / static_cast<i64>(sizeof(Pixel)))
                __builtin_prefetch(pixels_of(row + 1) + i);
        float* to = args.x + row * args.float_row;
        i64 i = 0;
        for (; i + kLanes <= args.columns; i += kLanes) {
            typename Vector<Pixel>::type pixels;
            __builtin_memcpy(&pixels, from + i, sizeof(pixels));
            store(to + i, as_floats<Pixel>(pixels) / broadcast(args.scale));
        }
        for (; i < args.columns; ++i) to[i] = static_cast<float>(from[i]) / args.scale;
    }
}

// Below 2^22 a float plus 2^23 has no digits behind the point: it is rounded to the nearest whole
// number, and to an even one from the middle.
constexpr float kWhole = 8388608.0f;

CONVOLENS_INLINE vec in_range(const PixelArgs& args, vec x, vec y) {
    if (args.y) x = square_root(x * x + y * y);
    if (args.absolute) x = max(x, -x);
    x += broadcast(args.shift);
    // NaN is not larger than 0, and becomes 0.
    x = min(max(x, vec{}), broadcast(args.largest));
    return (x + broadcast(kWhole)) - broadcast(kWhole);
}

template <class Pixel>
void write_rows(const PixelArgs& args, i64 begin, i64 end) {
    for (i64 row = begin; row < end; ++row) {
        const float* x = args.x + row * args.float_row;
        const float* y = args.y ? args.y + row * args.float_row : x;
        Pixel* to = static_cast<Pixel*>(args.pixels) + row * args.pixel_row;
        for_each_register(0, args.columns, [&](i64 i, auto lanes) {
            const vec whole = in_range(args, load(x + i, lanes), load(y + i, lanes));
            const auto pixels = as_pixels<Pixel>(whole);
            const i64 left = args.columns - i;
            if (left >= kLanes)
                __builtin_memcpy(to + i, &pixels, sizeof(pixels));
            else
                for (i64 j = 0; j < left; ++j) to[i + j] = pixels[j];
        });
    }
}

}  // namespace

void read_uint8(const PixelArgs& args, i64 begin, i64 end, float*) {
    read_rows<std::uint8_t>(args, begin, end);
}
void read_uint16(const PixelArgs& args, i64 begin, i64 end, float*) {
    read_rows<std::uint16_t>(args, begin, end);
}
void write_uint8(const PixelArgs& args, i64 begin, i64 end, float*) {
    write_rows<std::uint8_t>(args, begin, end);
}
void write_uint16(const PixelArgs& args, i64 begin, i64 end, float*) {
    write_rows<std::uint16_t>(args, begin, end);
}

}  // namespace convolens::CONVOLENS_ISA
