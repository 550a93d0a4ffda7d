#include "runtime/conv/tiles.h"

#include <algorithm>
#include <utility>

namespace convolens {
namespace {

// Of the last tiles that lie between each other there are only those that have an output.
i64 tiles_along(const TileAxis& axis) {
    if (axis.outputs <= 0) return 0;
    const i64 reach = axis.length * axis.step, before = (axis.outputs - 1) / reach;
    return before * axis.step + std::min(axis.step, axis.outputs - before * reach);
}

}  // namespace

TileGrid tiles_of(const ConvProblem& p, TileSize size, bool backward) {
    TileGrid grid{};
    grid.n = p.n;
    grid.rows = {p.h, p.p, p.w * p.c, p.q * p.k, p.r, p.dilation[0], -p.padding[0], 0, 0};
    grid.columns = {p.w, p.q, p.c, p.k, p.s, p.dilation[1], -p.padding[1], 0, 0};
    // A single tap has no neighbour, however far away that would lie.
    for (TileAxis* axis : {&grid.rows, &grid.columns})
        if (axis->taps == 1) axis->step = 1;
    if (backward)
        for (TileAxis* axis : {&grid.rows, &grid.columns}) {
            std::swap(axis->size, axis->outputs);
            std::swap(axis->x, axis->y);
            axis->origin = -axis->origin - (axis->taps - 1) * axis->step;
        }
    grid.x_image = grid.rows.size * grid.rows.x;
    grid.y_image = grid.rows.outputs * grid.rows.y;
    grid.down = size.down;
    if (size.down) std::swap(grid.rows, grid.columns);
    grid.rows.length = size.height + 1 - grid.rows.taps;
    grid.columns.length = size.width + 1 - grid.columns.taps;
    for (TileAxis* axis : {&grid.rows, &grid.columns}) axis->tiles = tiles_along(*axis);
    return grid;
}

}  // namespace convolens
