// Tiles of products, which many kernels compute.
#include "kernels/tile.h"

#include "kernels/tile_sums.h"

namespace convolens::CONVOLENS_ISA {
namespace {

template <int Rows, int Columns, Unit unit, bool Alike>
void compute(const Tile& tile) {
    Sums<Rows, Columns, kParts<Alike ? kTileRows : Rows, Columns>> sums;
    // Gradients of weights are long sums, and worth more beginnings.
    constexpr i64 most = unit == Unit::kRow ? kChain : sums.chain;
    const float* b = tile.b;
    const i64 a_step = unit == Unit::kStep ? 1 : tile.a_step;
    bool add = tile.accumulate;
    i64 chain = 0;
    for (i64 s = 0; s < tile.segments; ++s) {
        const float* a = tile.a + tile.offsets[s];
        for (i64 left = tile.run; left > 0;) {
            const i64 run = piece_of(left, most);
            if (chain + run > most) {
                finish(sums, tile, add, nullptr);
                add = true;
                chain = 0;
                sums.clear();
            }
            accumulate<Rows, Columns, unit>(sums, a, tile, b, run);
            chain += run;
            left -= run;
            a += run * a_step;
            b += run * tile.b_step;
        }
    }
    finish(sums, tile, add, tile.behind);
}

template <Unit unit, bool Alike, class Rows>
struct Tiles;

template <Unit unit, bool Alike, int... I>
struct Tiles<unit, Alike, Indices<I...>> {
    static constexpr ComputeTile narrow[] = {compute<I + 1, 1, unit, Alike>...};
    static constexpr ComputeTile wide[] = {compute<I + 1, 2, unit, Alike>...};
    static constexpr TileTable<ComputeTile> table{narrow, wide};
};

template <Unit unit, bool Alike>
constexpr TileTable<ComputeTile> kTable = Tiles<unit, Alike, Count<kTileRows>::type>::table;

}  // namespace

const TileTable<ComputeTile> kTileTables[2][2] = {
    {kTable<Unit::kStep, false>, kTable<Unit::kStep, true>},
    {kTable<Unit::kRow, false>, kTable<Unit::kRow, true>}};

}  // namespace convolens::CONVOLENS_ISA
