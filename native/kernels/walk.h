// Two pointers that walk through some axes together, the last axis fastest: divisions find the
// first place, and counting the others.
#pragma once

#include "kernels/kernels.h"

namespace convolens::CONVOLENS_ISA {
namespace {

template <class A, class B, int MostAxes>
class Walk {
  public:
    A* a;
    B* b;

    // From place `number` on, of axes whose arrays the caller keeps.
    Walk(A* a_first, const i64* a_strides, B* b_first, const i64* b_strides, const i64* extents,
         int axes, i64 number)
        : a(a_first),
          b(b_first),
          a_strides_(a_strides),
          b_strides_(b_strides),
          extents_(extents),
          axes_(axes) {
        for (int axis = axes - 1; axis >= 0; --axis) {
            index_[axis] = number % extents[axis];
            number /= extents[axis];
            a += index_[axis] * a_strides[axis];
            b += index_[axis] * b_strides[axis];
        }
    }

    void next() {
        for (int axis = axes_ - 1; axis >= 0; --axis) {
            a += a_strides_[axis];
            b += b_strides_[axis];
            if (++index_[axis] < extents_[axis]) return;
            a -= index_[axis] * a_strides_[axis];
            b -= index_[axis] * b_strides_[axis];
            index_[axis] = 0;
        }
    }

  private:
    const i64* a_strides_;
    const i64* b_strides_;
    const i64* extents_;
    int axes_;
    i64 index_[MostAxes];
};

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
