// Pixels of an image as floats, and back: matrices of rows, which may be parts of larger ones.
#include <nanobind/stl/optional.h>

#include <cstdlib>
#include <optional>

#include "bindings/array.h"
#include "bindings/check.h"
#include "bindings/gil.h"
#include "bindings/pixel_rows.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {

void check_rows(const Array& array, const char* name, bool written) {
    PyArrayObject* object = array.get();
    if (array.rank() != 2) refuse(name, "expected a matrix");
    if (!PyArray_ISALIGNED(object) || !PyArray_ISNOTSWAPPED(object))
        refuse(name, "expected aligned numbers in the machine's order");
    const i64 item = PyArray_ITEMSIZE(object);
    const i64 row = PyArray_STRIDE(object, 0), columns = array.extent(1);
    if ((columns > 1 && PyArray_STRIDE(object, 1) != item) || item == 0 || row % item != 0)
        refuse(name, "expected rows without gaps");
    if (!written) return;
    if (!PyArray_ISWRITEABLE(object)) refuse(name, "the array is read-only");
    if (array.extent(0) > 1 && std::abs(row) < columns * item) refuse(name, "rows overlap");
}

bool is_wide(const Array& pixels, const char* name) {
    const int type = PyArray_TYPE(pixels.get());
    if (type != NPY_UINT8 && type != NPY_UINT16) refuse(name, "expected data type uint8 or uint16");
    return type == NPY_UINT16;
}

namespace {

void check_floats(const Array& array, const char* name, bool written, const Array& pixels) {
    check_rows(array, name, written);
    if (PyArray_TYPE(array.get()) != NPY_FLOAT32) refuse(name, "expected data type float32");
    if (array.extent(0) != pixels.extent(0) || array.extent(1) != pixels.extent(1))
        refuse(name, "expected the shape of the pixels");
}

PixelArgs arguments(const Array& pixels, const Array& x) {
    PixelArgs args{};
    args.pixels = PyArray_DATA(pixels.get());
    args.x = static_cast<float*>(PyArray_DATA(x.get()));
    args.columns = pixels.extent(1);
    args.pixel_row = pixels.stride(0);
    args.float_row = x.stride(0);
    return args;
}

// x = pixels
void read_pixels(Array pixels, Array x) {
    check_rows(pixels, "pixels", false);
    check_floats(x, "x", true, pixels);
    const auto kernel = is_wide(pixels, "pixels") ? kernels().read_uint16 : kernels().read_uint8;
    const PixelArgs args = arguments(pixels, x);
    const i64 rows = pixels.extent(0);
    const WithoutGil without_gil;
    launch(kernel, args, rows, kElement * static_cast<double>(args.columns));
}

// x[i] = pixels[rows[i]] / scale
void read_pixel_rows(Array pixels, Array rows, Array x, double scale) {
    check_rows(pixels, "pixels", false);
    check_rows(x, "x", true);
    if (PyArray_TYPE(x.get()) != NPY_FLOAT32) refuse("x", "expected data type float32");
    const i64 count = x.extent(0), all = pixels.extent(0);
    const i64* chosen = rows.read_int64("rows", {count});
    if (x.extent(1) != pixels.extent(1)) refuse("x", "expected as many columns as pixels has");
    for (i64 i = 0; i < count; ++i)
        if (chosen[i] < 0 || chosen[i] >= all) throw nb::index_error("rows: there is no such row");
    const auto kernel = is_wide(pixels, "pixels") ? kernels().read_uint16 : kernels().read_uint8;
    PixelArgs args = arguments(pixels, x);
    args.rows = chosen;
    args.all_rows = all;
    args.scale = static_cast<float>(scale);
    const WithoutGil without_gil;
    launch(kernel, args, count, 2 * kElement * static_cast<double>(args.columns));
}

// pixels = x or sqrt(x^2 + y^2), its magnitude where `absolute`, plus shift, to the nearest pixel
void write_pixels(Array x, std::optional<Array> y, Array pixels, bool absolute, double shift) {
    check_rows(pixels, "pixels", true);
    check_floats(x, "x", false, pixels);
    const bool wide = is_wide(pixels, "pixels");
    PixelArgs args = arguments(pixels, x);
    if (y) {
        check_floats(*y, "y", false, pixels);
        if (y->stride(0) != x.stride(0)) refuse("y", "expected rows as far apart as those of x");
        args.y = static_cast<const float*>(PyArray_DATA(y->get()));
    }
    args.absolute = absolute;
    args.shift = static_cast<float>(shift);
    args.largest = wide ? 65535.0f : 255.0f;
    const i64 rows = pixels.extent(0);
    const WithoutGil without_gil;
    launch(wide ? kernels().write_uint16 : kernels().write_uint8, args, rows,
           kElement * static_cast<double>(args.columns));
}

}  // namespace

void bind_pixels(nb::module_& module) {
    module.def("read_pixels", &read_pixels, nb::arg("pixels"), nb::arg("x"));
    module.def("read_pixel_rows", &read_pixel_rows, nb::arg("pixels"), nb::arg("rows"),
               nb::arg("x"), nb::arg("scale"));
    module.def("write_pixels", &write_pixels, nb::arg("x"), nb::arg("y").none(), nb::arg("pixels"),
               nb::arg("absolute"), nb::arg("shift"));
}

}  // namespace convolens
