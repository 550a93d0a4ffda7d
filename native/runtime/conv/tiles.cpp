#include "runtime/conv/tiles.h"

#include <utility>

#include "runtime/units.h"

namespace convolens {

TileGrid tiles_of(const ConvProblem& p, TileSize size, bool backward) {
    TileGrid grid{};
    grid.n = p.n;
    grid.rows = {p.h, p.p, p.w * p.c, p.q * p.k, p.r, p.dilation[0], -p.padding[0], 0, 0};
    grid.columns = {p.w, p.q, p.c, p.k, p.s, p.dilation[1], -p.padding[1], 0, 0};
    // A single tap has no neighbour: each place has its own tile, and none is beyond the last.
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
    for (TileAxis* axis : {&grid.rows, &grid.columns})
        axis->tiles = divide_up(axis->outputs, axis->length * axis->step) * axis->step;
    return grid;
}

}  // namespace convolens
