// The one list that declares, dispatches and names the kernels. Their arguments are in
// kernels/args.
//
// A kernel computes units [begin, end) of its work. What a unit is stands beside its arguments.
// Units are independent, so any thread may compute any of them, and the result does not depend on
// how they are shared out.
#pragma once

#include "kernels/args/conv.h"
#include "kernels/args/elementwise.h"
#include "kernels/args/image.h"
#include "kernels/args/middle.h"
#include "kernels/args/move.h"
#include "kernels/args/normalize.h"
#include "kernels/args/pick.h"
#include "kernels/args/pool.h"
#include "kernels/args/product.h"
#include "kernels/args/row.h"
#include "kernels/args/update.h"

namespace convolens {

// X(name, arguments)
#define CONVOLENS_KERNELS(X)                      \
    X(multiply_adds, MultiplyAddArgs)             \
    X(relu, ElementwiseArgs)                      \
    X(relu_grad, ElementwiseArgs)                 \
    X(sigmoid, ElementwiseArgs)                   \
    X(sigmoid_grad, ElementwiseArgs)              \
    X(tanh, ElementwiseArgs)                      \
    X(tanh_grad, ElementwiseArgs)                 \
    X(exp, ElementwiseArgs)                       \
    X(scale, ElementwiseArgs)                     \
    X(add, ElementwiseArgs)                       \
    X(sub, ElementwiseArgs)                       \
    X(mul, ElementwiseArgs)                       \
    X(div, ElementwiseArgs)                       \
    X(add_rows, BroadcastArgs)                    \
    X(sub_rows, BroadcastArgs)                    \
    X(mul_rows, BroadcastArgs)                    \
    X(div_rows, BroadcastArgs)                    \
    X(sum, SumArgs)                               \
    X(sum_squares, SumArgs)                       \
    X(sum_absolutes, SumArgs)                     \
    X(sum_deviations, SumArgs)                    \
    X(sum_exponentials, SumArgs)                  \
    X(sum_matches, SumArgs)                       \
    X(add_partials, PartialArgs)                  \
    X(product, ProductArgs)                       \
    X(multiply_partials, PartialProductArgs)      \
    X(multiply_others, PartialProductArgs)        \
    X(product_grad, ProductGradArgs)              \
    X(largest, ExtremeArgs)                       \
    X(smallest, ExtremeArgs)                      \
    X(arg_largest, ArgExtremeArgs)                \
    X(arg_smallest, ArgExtremeArgs)               \
    X(share_matches, ShareArgs)                   \
    X(share_signs, ShareArgs)                     \
    X(cumulative_sum, ScanArgs)                   \
    X(top, TopArgs)                               \
    X(take, TakeArgs)                             \
    X(add_at, AddAtArgs)                          \
    X(gather, GatherArgs)                         \
    X(scatter_add, GatherArgs)                    \
    X(transpose, TransposeArgs)                   \
    X(move, MoveArgs)                             \
    X(weigh, WeighArgs)                           \
    X(read_uint8, PixelArgs)                      \
    X(read_uint16, PixelArgs)                     \
    X(write_uint8, PixelArgs)                     \
    X(write_uint16, PixelArgs)                    \
    X(weigh_planes, WeighPlanesArgs)              \
    X(fold, FoldArgs)                             \
    X(softmax, RowsArgs)                          \
    X(softmax_grad, RowsArgs)                     \
    X(log_softmax, RowsArgs)                      \
    X(log_softmax_grad, RowsArgs)                 \
    X(softmax_across, ColumnsArgs)                \
    X(softmax_grad_across, ColumnsArgs)           \
    X(log_softmax_across, ColumnsArgs)            \
    X(log_softmax_grad_across, ColumnsArgs)       \
    X(cross_entropy, CrossEntropyArgs)            \
    X(cross_entropy_grad, CrossEntropyArgs)       \
    X(abs, ElementwiseArgs)                       \
    X(abs_grad, ElementwiseArgs)                  \
    X(log, ElementwiseArgs)                       \
    X(sqrt, ElementwiseArgs)                      \
    X(erf, ElementwiseArgs)                       \
    X(clamp, CurveArgs)                           \
    X(clamp_grad, CurveArgs)                      \
    X(maximum, ElementwiseArgs)                   \
    X(minimum, ElementwiseArgs)                   \
    X(maximum_rows, BroadcastArgs)                \
    X(minimum_rows, BroadcastArgs)                \
    X(maximum_grad, TernaryArgs)                  \
    X(where, WhereArgs)                           \
    X(leaky_relu, CurveArgs)                      \
    X(leaky_relu_grad, CurveArgs)                 \
    X(prelu, PreluArgs)                           \
    X(prelu_input_grad, PreluArgs)                \
    X(prelu_weight_grad, PreluArgs)               \
    X(elu, CurveArgs)                             \
    X(elu_grad, CurveArgs)                        \
    X(gelu, ElementwiseArgs)                      \
    X(gelu_grad, ElementwiseArgs)                 \
    X(gelu_tanh, ElementwiseArgs)                 \
    X(gelu_tanh_grad, ElementwiseArgs)            \
    X(silu, ElementwiseArgs)                      \
    X(silu_grad, ElementwiseArgs)                 \
    X(softplus, CurveArgs)                        \
    X(softplus_grad, CurveArgs)                   \
    X(hardtanh_grad, CurveArgs)                   \
    X(hardsigmoid, ElementwiseArgs)               \
    X(hardsigmoid_grad, ElementwiseArgs)          \
    X(hardswish, ElementwiseArgs)                 \
    X(hardswish_grad, ElementwiseArgs)            \
    X(scaled_tanh, ElementwiseArgs)               \
    X(scaled_tanh_grad, ElementwiseArgs)          \
    X(label_counts, LabelArgs)                    \
    X(label_cross_entropy, LabelArgs)             \
    X(label_cross_entropy_grad, LabelArgs)        \
    X(nll_loss, LabelArgs)                        \
    X(nll_loss_grad, LabelArgs)                   \
    X(mse_loss, PairLossArgs)                     \
    X(mse_loss_grad, PairLossArgs)                \
    X(l1_loss, PairLossArgs)                      \
    X(l1_loss_grad, PairLossArgs)                 \
    X(smooth_l1_loss, PairLossArgs)               \
    X(smooth_l1_loss_grad, PairLossArgs)          \
    X(huber_loss, PairLossArgs)                   \
    X(huber_loss_grad, PairLossArgs)              \
    X(bce_loss, PairLossArgs)                     \
    X(bce_loss_grad, PairLossArgs)                \
    X(bce_with_logits, PairLossArgs)              \
    X(bce_with_logits_grad, PairLossArgs)         \
    X(kl_div, PairLossArgs)                       \
    X(kl_div_grad, PairLossArgs)                  \
    X(distance, DistanceArgs)                     \
    X(distance_grad, DistanceArgs)                \
    X(dropout, DropoutArgs)                       \
    X(response_norm, ResponseNormArgs)            \
    X(response_norm_grad, ResponseNormArgs)       \
    X(max_pool, PoolArgs)                         \
    X(max_pool_indices, PoolArgs)                 \
    X(max_pool_grad, PoolArgs)                    \
    X(avg_pool, PoolArgs)                         \
    X(avg_pool_grad, PoolArgs)                    \
    X(power, PowerArgs)                           \
    X(unpool, UnpoolArgs)                         \
    X(unpool_grad, UnpoolArgs)                    \
    X(moments, MomentsArgs)                       \
    X(merge_moments, MergeMomentsArgs)            \
    X(inverse_roots, InverseRootArgs)             \
    X(centred_sums, CentredSumsArgs)              \
    X(merge_sums, MergeSumsArgs)                  \
    X(columns_affine, ColumnsAffineArgs)          \
    X(columns_affine_grad, ColumnsAffineArgs)     \
    X(row_moments, RowMomentsArgs)                \
    X(normalize_rows, NormalizeRowsArgs)          \
    X(normalize_rows_grad, NormalizeRowsArgs)     \
    X(moments_across, MomentsAcrossArgs)          \
    X(normalize_across, NormalizeAcrossArgs)      \
    X(normalize_across_grad, NormalizeAcrossArgs) \
    X(sums_across, SumsAcrossArgs)                \
    X(pack, PackArgs)                             \
    X(pack_narrow, PackNarrowArgs)                \
    X(pack_planes, PackPlanesArgs)                \
    X(gemm, GemmArgs)                             \
    X(batch_gemm, BatchGemmArgs)                  \
    X(woven_gemm, WovenGemmArgs)                  \
    X(blocks, BlocksArgs)                         \
    X(dots, DotsArgs)                             \
    X(long_product, LongProductArgs)              \
    X(dot_pieces, DotPiecesArgs)                  \
    X(row_product, RowProductArgs)                \
    X(window_product, WindowArgs)                 \
    X(window_planes, WindowArgs)                  \
    X(window_scatter, ScatterArgs)                \
    X(window_row_scatter, RowScatterArgs)         \
    X(group_windows, WindowArgs)                  \
    X(group_weight_grad, WeightGradArgs)          \
    X(depthwise, WindowsArgs)                     \
    X(depthwise_grad, DepthwiseGradArgs)          \
    X(winograd_weights, WinogradWeightArgs)       \
    X(winograd_panels, WinogradPanelArgs)         \
    X(winograd, WinogradArgs)                     \
    X(winograd_weight_grad, WinogradGradArgs)     \
    X(transform_weights, TransformWeightArgs)     \
    X(transformed, TransformArgs)                 \
    X(transformed_weight_grad, TransformGradArgs) \
    X(group_sum, GroupSumArgs)                    \
    X(weight_grad, WeightGradArgs)                \
    X(weight_grad_gather, WeightGradArgs)         \
    X(weight_grad_planes, WeightGradArgs)         \
    X(sgd, UpdateArgs)                            \
    X(adagrad, UpdateArgs)                        \
    X(rmsprop, UpdateArgs)                        \
    X(adam, UpdateArgs)

// What a kernel needs to know of an instruction set before it runs.
struct KernelTable {
    const char* isa;
    i64 lanes;
    i64 panel;      // columns of a panel of packed weights
    i64 tile_rows;  // rows of the largest register tile
    i64 dot_rows;   // rows that scalar products multiply no slower than panels do (decision 0018)
    i64 dot_rows_of_few_panels;
#define CONVOLENS_MEMBER(name, Args) void (*name)(const Args&, i64 begin, i64 end, float* scratch);
    CONVOLENS_KERNELS(CONVOLENS_MEMBER)
#undef CONVOLENS_MEMBER
};

}  // namespace convolens

// The kernels of one instruction set, when compiled for it (CONVOLENS_ISA is then its namespace).
#ifdef CONVOLENS_ISA
namespace convolens::CONVOLENS_ISA {
#define CONVOLENS_DECLARE(name, Args) \
    void name(const Args& args, i64 begin, i64 end, float* scratch);
CONVOLENS_KERNELS(CONVOLENS_DECLARE)
#undef CONVOLENS_DECLARE
}  // namespace convolens::CONVOLENS_ISA
#endif
