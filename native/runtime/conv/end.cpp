#include "runtime/conv/end.h"

namespace convolens {

ConvEnd::ConvEnd(float least, float most) : numbers_(0), least_(least), most_(most) {}

ConvEnd::ConvEnd(i64 channels, const Norm& norm, float least, float most)
    : channels_(channels),
      numbers_(static_cast<std::size_t>(3 * channels)),
      least_(least),
      most_(most) {
    float* first = numbers_.data();
    numbers_of_columns({1, 1, channels, channels}, 1, norm,
                       {first, first + channels, first + 2 * channels});
}

Behind ConvEnd::behind(const float* addend, const float* y) const {
    const float* first = channels_ ? numbers_.data() : nullptr;
    const auto part = [&](i64 number) { return first ? first + number * channels_ : nullptr; };
    return {part(0), part(1), part(2), addend, y, least_, most_};
}

}  // namespace convolens
