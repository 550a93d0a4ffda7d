#include "runtime/phases.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "runtime/move.h"
#include "runtime/units.h"

namespace convolens {
namespace {

// Neighbouring cells along an axis, and which of the places in each are pixels.
struct Run {
    i64 begin, end;
    i64 first, last;
};

// The cells of an axis that hold pixels: whole ones, and those that the image's edges cut.
struct Runs {
    i64 begin, end;  // of the whole ones
    std::vector<Run> all;

    Runs(i64 size, i64 before, i64 cells, i64 step) {
        const i64 last = size + before, cut = before / step;
        begin = end = std::min(cells, divide_up(before, step));
        if (size == 0) return;
        end = std::max(begin, std::min(cells, last / step));
        if (before % step && cut < cells)
            all.push_back({cut, cut + 1, before % step, std::min(step, last - cut * step)});
        if (begin < end) all.push_back({begin, end, 0, step});
        if (end < cells && last > end * step) all.push_back({end, end + 1, 0, last - end * step});
    }
};

// Where a part of an image and the same part of the cells begin, and their axes.
struct Part {
    i64 pixel, cell;
    std::array<MoveAxis, 5> axes;  // from the image to the cells
};

template <class Body>
void for_each_part(const PhaseSizes& s, const Runs& rows, const Runs& columns, Body body) {
    const i64 line = s.width * s.channels, low = s.right * s.channels, cell = s.down * low;
    for (const Run& tall : rows.all)
        for (const Run& wide : columns.all) {
            const i64 row = tall.begin * s.down + tall.first - s.top;
            const i64 column = wide.begin * s.right + wide.first - s.left;
            body(Part{row * line + column * s.channels,
                      (tall.begin * s.columns + wide.begin) * cell + tall.first * low +
                          wide.first * s.channels,
                      {{{s.n, s.height * line, s.rows * s.columns * cell},
                        {tall.end - tall.begin, s.down * line, s.columns * cell},
                        {wide.end - wide.begin, low, cell},
                        {tall.last - tall.first, line, low},
                        {(wide.last - wide.first) * s.channels, 1, 1}}}});
        }
}

// Clears the cells that are not whole.
void clear_edges(const PhaseSizes& s, const Runs& rows, const Runs& columns, float* cells) {
    const i64 cell = s.down * s.right * s.channels;
    for (i64 line = 0; line < s.n * s.rows; ++line, cells += s.columns * cell) {
        const i64 row = line % s.rows;
        const bool whole = rows.begin <= row && row < rows.end;
        std::fill_n(cells, (whole ? columns.begin : s.columns) * cell, 0.0f);
        if (whole) std::fill(cells + columns.end * cell, cells + s.columns * cell, 0.0f);
    }
}

}  // namespace

void spread_phases(const PhaseSizes& s, const float* image, float* cells) {
    const Runs rows(s.height, s.top, s.rows, s.down), columns(s.width, s.left, s.columns, s.right);
    clear_edges(s, rows, columns, cells);
    for_each_part(s, rows, columns, [&](const Part& part) {
        move(image + part.pixel, cells + part.cell, part.axes);
    });
}

void collect_phases(const PhaseSizes& s, const float* cells, float* image) {
    const Runs rows(s.height, s.top, s.rows, s.down), columns(s.width, s.left, s.columns, s.right);
    for_each_part(s, rows, columns, [&](Part part) {
        for (MoveAxis& axis : part.axes) std::swap(axis.from, axis.to);
        move(cells + part.cell, image + part.pixel, part.axes);
    });
}

}  // namespace convolens
