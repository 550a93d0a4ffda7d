// Max and average pooling.
#include <nanobind/stl/array.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <vector>

#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

constexpr int kAxes = 3;
constexpr i64 kLargestExtent = i64{1} << 31;
// About the floats of outputs, and of inputs, that one unit of work computes.
constexpr i64 kOutputBlock = 4096;
constexpr i64 kInputBand = 16384;
constexpr i64 kFewestWindows = 8;
constexpr i64 kFewestChannels = 16;
constexpr i64 kLargestImage = i64{1} << 38;

void check(bool holds) {
    if (!holds) throw std::invalid_argument("a pooling's sizes are out of range");
}

// The windows along one axis. They come as three lists with a row for each output, and are kept as
// runs of neighbours of one kind.
class Axis {
  public:
    using List = std::vector<i64>;

    Axis(i64 inputs, const List& first, const List& count, const List& cells, i64 step)
        : inputs_(inputs), outputs_(static_cast<i64>(first.size())) {
        check(inputs >= 0 && inputs <= kLargestExtent && step >= 1 && step <= kLargestExtent);
        check(count.size() == first.size() && cells.size() == first.size());
        for (std::size_t o = 0; o < first.size(); ++o) {
            check(first[o] >= 0 && first[o] <= kLargestExtent);
            check(count[o] >= 0 && count[o] <= inputs);
            check(cells[o] >= 0 && cells[o] <= kLargestExtent);
            check(first[o] + std::max<i64>(0, count[o] - 1) * step < std::max<i64>(1, inputs));
            add(first[o], count[o], step, cells[o]);
        }
    }

    PoolAxis args() const {
        return {inputs_, outputs_, runs_.data(), static_cast<i64>(runs_.size())};
    }
    i64 inputs() const { return inputs_; }
    i64 outputs() const { return outputs_; }

    i64 taps() const {
        i64 most = 0;
        for (const WindowRun& run : runs_) most = std::max(most, run.count);
        return most;
    }

    // The step between most windows.
    i64 stride() const {
        i64 stride = std::max<i64>(1, inputs_), longest = 1;
        for (const WindowRun& run : runs_)
            if (run.end - run.begin > longest) {
                longest = run.end - run.begin;
                stride = std::max<i64>(1, run.stride);
            }
        return stride;
    }

    // Whether no input is read by two windows, and whether each is read by one.
    bool disjoint() const {
        i64 end = 0;
        for (const WindowRun& run : runs_) {
            if (run.count == 0) continue;
            const i64 extent = (run.count - 1) * run.step + 1;
            if (run.first < end || (run.end - run.begin > 1 && run.stride < extent)) return false;
            end = last(run) + extent;
        }
        return true;
    }
    bool covering() const {
        i64 read = 0;
        for (const WindowRun& run : runs_) read += run.count * (run.end - run.begin);
        return disjoint() && read == inputs_;
    }

    // The windows that reach into each band of `block` inputs.
    void reach(i64 block, List& begin, List& end) const {
        const auto bands = static_cast<std::size_t>(divide_up(inputs_, block));
        begin.assign(bands, outputs_);
        end.assign(bands, 0);
        for (const WindowRun& run : runs_)
            for (i64 output = run.begin; run.count > 0 && output < run.end; ++output) {
                const i64 first = run.first + (output - run.begin) * run.stride;
                const i64 past = first + (run.count - 1) * run.step;
                for (i64 band = first / block; band <= past / block; ++band) {
                    const auto at = static_cast<std::size_t>(band);
                    begin[at] = std::min(begin[at], output);
                    end[at] = std::max(end[at], output + 1);
                }
            }
    }

  private:
    // The first input of a run's last window.
    static i64 last(const WindowRun& run) {
        return run.first + (run.end - run.begin - 1) * run.stride;
    }

    void add(i64 first, i64 count, i64 step, i64 cells) {
        const i64 output = runs_.empty() ? 0 : runs_.back().end;
        if (!runs_.empty() && runs_.back().count == count && runs_.back().cells == cells) {
            WindowRun& run = runs_.back();
            if (run.end - run.begin == 1) run.stride = first - run.first;
            if (run.stride >= 0 && first == last(run) + run.stride) {
                ++run.end;
                return;
            }
            if (run.end - run.begin == 1) run.stride = 0;
        }
        runs_.push_back({output, output + 1, first, 0, count, step, cells});
    }

    std::vector<WindowRun> runs_;
    i64 inputs_, outputs_;
};

// The geometry of a pooling, checked once and used for many calls.
class Pool {
  public:
    using Lists = std::array<Axis::List, kAxes>;

    Pool(std::array<i64, 5> input, const Lists& first, const Lists& count, const Lists& cells,
         std::array<i64, kAxes> step, double divisor) {
        check(input[0] >= 0 && input[0] <= kLargestExtent);
        check(input[1] >= 0 && input[1] <= kLargestExtent);
        for (std::size_t axis = 0; axis < kAxes; ++axis)
            axes_.emplace_back(input[axis + 2], first[axis], count[axis], cells[axis], step[axis]);
        n_ = input[0];
        c_ = input[1];
        divisor_ = static_cast<float>(divisor);
        banded_ = axes_[0].inputs() > 1 ? 0 : axes_[1].inputs() > 1 ? 1 : 2;
        disjoint_ = covering_ = true;
        for (const Axis& axis : axes_) {
            disjoint_ = disjoint_ && axis.disjoint();
            covering_ = covering_ && axis.covering();
        }
        i64 pixels = 1;
        for (int axis = kAxes - 1; axis >= 0; --axis) {
            if (axis == banded_) pitch_ = pixels;
            check(!__builtin_mul_overflow(pixels, at(axis).inputs(), &pixels));
            check(pixels <= kLargestImage / std::max<i64>(1, c_));
        }
        // A band is one of whole windows, where these do not overlap.
        const i64 stride = at(banded_).stride();
        const i64 floats = std::max<i64>(1, pitch_) * std::max<i64>(kFewestChannels, c_);
        const i64 wanted = std::max(kInputBand / floats, kFewestWindows * stride);
        band_ = std::clamp<i64>(divide_up(wanted, stride) * stride, 1,
                                std::max<i64>(1, at(banded_).inputs()));
        at(banded_).reach(band_, band_begin_, band_end_);
    }

    void max_forward(Array x, Array y) const { forward(kernels().max_pool, x, y); }
    void avg_forward(Array x, Array y) const { forward(kernels().avg_pool, x, y); }

    // y may be None.
    void max_indices(Array x, nb::handle y, Array index) const {
        PoolArgs args = outputs();
        check_image(x, "x", false);
        check_image(index, "index", true);
        args.x = x.read("x");
        args.index = index.write_int64("index");
        if (!y.is_none()) {
            const Array values = nb::cast<Array>(y);
            check_image(values, "y", true);
            args.y = values.write("y");
        }
        // Places within an image are counted in 32 bits.
        check(x.size() <= kLargestExtent - 1);
        run_outputs(kernels().max_pool_indices, args);
    }

    void max_backward(Array x, Array g, Array dx) const {
        PoolArgs args = inputs();
        check_image(x, "x", false);
        args.x = x.read("x");
        backward(kernels().max_pool_grad, args, g, dx);
    }

    void avg_backward(Array g, Array dx) const {
        backward(kernels().avg_pool_grad, inputs(), g, dx);
    }

  private:
    using Kernel = decltype(KernelTable::max_pool);

    const Axis& at(int axis) const { return axes_[static_cast<std::size_t>(axis)]; }

    // [n, c] and the last one, two or three of the sizes, where those before are 1.
    void check_image(const Array& array, const char* name, bool output) const {
        const int rank = array.rank() - 2;
        bool same = rank >= 1 && rank <= kAxes && array.extent(0) == n_ && array.extent(1) == c_;
        for (int axis = 0; same && axis < kAxes; ++axis) {
            const i64 size = output ? at(axis).outputs() : at(axis).inputs();
            const int own = axis - (kAxes - rank);
            same = size == (own < 0 ? 1 : array.extent(own + 2));
        }
        if (!same) throw std::invalid_argument(std::string(name) + ": another shape is expected");
    }

    PoolArgs common() const {
        PoolArgs args{};
        args.n = n_;
        args.c = c_;
        for (int axis = 0; axis < kAxes; ++axis) args.axes[axis] = at(axis).args();
        args.divisor = divisor_;
        args.banded = banded_;
        args.disjoint = disjoint_;
        args.covering = covering_;
        return args;
    }

    PoolArgs outputs() const {
        PoolArgs args = common();
        const i64 columns = std::max<i64>(1, at(2).outputs());
        const i64 lines = std::max<i64>(1, at(1).outputs()), pixel = std::max<i64>(1, c_);
        args.column_block = std::clamp<i64>(kOutputBlock / pixel, 1, columns);
        args.column_blocks = divide_up(columns, args.column_block);
        args.line_block = std::clamp<i64>(kOutputBlock / (pixel * columns), 1, lines);
        args.line_blocks = divide_up(lines, args.line_block);
        return args;
    }

    PoolArgs inputs() const {
        PoolArgs args = common();
        args.band = band_;
        args.bands = static_cast<i64>(band_begin_.size());
        args.band_begin = band_begin_.data();
        args.band_end = band_end_.data();
        return args;
    }

    double taps() const {
        double taps = 1;
        for (const Axis& axis : axes_) taps *= static_cast<double>(axis.taps());
        return taps;
    }

    void run_outputs(Kernel kernel, const PoolArgs& args) const {
        if (c_ == 0 || at(1).outputs() == 0 || at(2).outputs() == 0) return;
        const i64 outputs = args.line_block * args.column_block * args.c;
        const i64 units = args.n * at(0).outputs() * args.line_blocks * args.column_blocks;
        const WithoutGil without_gil;
        launch(kernel, args, units, kElement * (taps() + 1) * static_cast<double>(outputs));
    }

    void forward(Kernel kernel, const Array& x, const Array& y) const {
        PoolArgs args = outputs();
        check_image(x, "x", false);
        check_image(y, "y", true);
        args.x = x.read("x");
        args.y = y.write("y");
        run_outputs(kernel, args);
    }

    void backward(Kernel kernel, PoolArgs args, const Array& g, const Array& dx) const {
        check_image(g, "g", true);
        check_image(dx, "dx", false);
        args.g = g.read("g");
        args.y = dx.write("dx");
        if (dx.size() == 0) return;
        const double windows = static_cast<double>(g.size() / args.n) * taps();
        const double floats = static_cast<double>(dx.size() / args.n) + 2 * windows;
        // A register for each pixel of a band: see spread.h.
        const i64 lanes = kernels().lanes;
        const i64 scratch = args.c < lanes && !args.disjoint ? lanes * band_ * pitch_ : 0;
        const WithoutGil without_gil;
        launch(kernel, args, args.n * args.bands,
               kElement * floats / static_cast<double>(args.bands),
               static_cast<std::size_t>(scratch));
    }

    std::vector<Axis> axes_;
    i64 n_ = 0, c_ = 0;
    float divisor_ = 0;
    int banded_ = 0;
    bool disjoint_ = false, covering_ = false;
    i64 pitch_ = 1;  // pixels from one input to the next along the banded axis
    i64 band_ = 1;
    Axis::List band_begin_, band_end_;
};

}  // namespace

void bind_pool(nb::module_& module) {
    nb::class_<Pool>(module, "Pool")
        .def(nb::init<std::array<i64, 5>, Pool::Lists, Pool::Lists, Pool::Lists,
                      std::array<i64, kAxes>, double>(),
             nb::arg("input"), nb::arg("first"), nb::arg("count"), nb::arg("cells"),
             nb::arg("step"), nb::arg("divisor"))
        .def("max_forward", &Pool::max_forward, nb::arg("x"), nb::arg("y"))
        .def("max_indices", &Pool::max_indices, nb::arg("x"), nb::arg("y").none(), nb::arg("index"))
        .def("max_backward", &Pool::max_backward, nb::arg("x"), nb::arg("g"), nb::arg("dx"))
        .def("avg_forward", &Pool::avg_forward, nb::arg("x"), nb::arg("y"))
        .def("avg_backward", &Pool::avg_backward, nb::arg("g"), nb::arg("dx"));
}

}  // namespace convolens
