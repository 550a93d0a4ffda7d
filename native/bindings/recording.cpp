#include "bindings/recording.h"

#include <pthread.h>

#include <atomic>
#include <cstring>
#include <stdexcept>

#include "bindings/topics.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// Counted: a recording does not go while it listens.
thread_local PyObject* listener = nullptr;

std::atomic<int> forks{0};  // of which this process is the child

[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, [] { ++forks; });

// For those who compute something without kernels.
void not_recorded() {
    if (Recording* recording = Recording::listening()) recording->miss();
}

}  // namespace

Moved::Moved(const Kind& kind, void* work)
    : kind_(&kind), work_(std::make_unique<std::byte[]>(kind.size)) {
    if (kind.move)
        kind.move(work, work_.get());
    else
        std::memcpy(work_.get(), work, kind.size);
}

Moved::~Moved() {
    if (work_ && kind_->destroy) kind_->destroy(work_.get());
}

void compute(const Kind& kind, void* work) {
    {
        const WithoutGil without_gil{WithoutGil::kRecorded};
        kind.run(work);
    }
    if (Recording* recording = Recording::listening()) recording->add({kind, work});
}

Recording* Recording::listening() {
    return listener ? nb::inst_ptr<Recording>(listener) : nullptr;
}

void Recording::begin() {
    if (listener) throw std::invalid_argument("a recording listens to this thread already");
    begun_ = calls_.size();
    kept_before_ = kept_.size();
    missed_ = false;
    listener = nb::find(this).release().ptr();
}

i64 Recording::end() {
    if (listening() != this)
        throw std::invalid_argument("this recording does not listen to this thread");
    const nb::object self = nb::steal(std::exchange(listener, nullptr));
    const std::size_t added = calls_.size() - begun_;
    if (!missed_) return static_cast<i64>(added);
    {
        const std::lock_guard lock(mutex());
        while (calls_.size() > begun_) calls_.pop_back();
    }
    while (kept_.size() > kept_before_) kept_.pop_back();
    return -1;
}

std::mutex& Recording::mutex() {
    // A forked child has none of the threads that may have locked it.
    if (forks_ != forks) {
        static_cast<void>(mutex_.release());
        mutex_ = std::make_unique<std::mutex>();
        forks_ = forks;
    }
    return *mutex_;
}

void Recording::add(Moved work) {
    const std::lock_guard lock(mutex());
    calls_.push_back(std::move(work));
}

void Recording::replay(i64 first, i64 last) {
    std::mutex& own = mutex();
    const WithoutGil without_gil;
    const std::lock_guard lock(own);
    if (first < 0 || last < first || last > static_cast<i64>(calls_.size()))
        throw std::out_of_range("there are no such calls");
    for (i64 i = first; i < last; ++i) calls_[static_cast<std::size_t>(i)].run();
}

void Copy::make() const {
    if (bytes) std::memmove(to, from, bytes);
}

void Recording::replay(const std::vector<Copy>& before, const std::vector<Copy>& after) {
    std::mutex& own = mutex();
    const WithoutGil without_gil;
    const std::lock_guard lock(own);
    for (const Copy& copy : before) copy.make();
    for (const Moved& call : calls_) call.run();
    for (const Copy& copy : after) copy.make();
}

i64 Recording::size() {
    const std::lock_guard lock(mutex());
    return static_cast<i64>(calls_.size());
}

void bind_recording(nb::module_& module) {
    module.def("not_recorded", &not_recorded);
    nb::class_<Recording>(module, "Recording")
        .def(nb::init<>())
        .def("begin", &Recording::begin)
        .def("end", &Recording::end)
        .def("size", &Recording::size)
        .def("replay", nb::overload_cast<i64, i64>(&Recording::replay), nb::arg("first"),
             nb::arg("last"));
}

}  // namespace convolens
