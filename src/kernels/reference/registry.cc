#include "kernels/reference/registry.h"

#include <algorithm>

namespace litesmith {

#define LS_KERNEL_ENTRY(name) std::unique_ptr<Kernel> MakeReferenceKernel_##name();
#include "kernels_reference/ls_kernel.inc"
#undef LS_KERNEL_ENTRY

namespace {

struct Entry {
  std::string_view name;
  KernelFactory factory;
};

// Sorted by name in the order of string_view, which need not be the order of the generated list.
const std::vector<Entry>& Entries() {
  static const std::vector<Entry> entries = [] {
    std::vector<Entry> list = {
#define LS_KERNEL_ENTRY(name) {#name, MakeReferenceKernel_##name},
#include "kernels_reference/ls_kernel.inc"
#undef LS_KERNEL_ENTRY
    };
    std::sort(list.begin(), list.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
    return list;
  }();
  return entries;
}

}  // namespace

KernelFactory FindReferenceKernel(std::string_view name) {
  const std::vector<Entry>& entries = Entries();
  const auto found =
      std::lower_bound(entries.begin(), entries.end(), name,
                       [](const Entry& entry, std::string_view wanted) { return entry.name < wanted; });
  return found != entries.end() && found->name == name ? found->factory : nullptr;
}

const std::vector<std::string_view>& ReferenceKernelNames() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> list;
    for (const Entry& entry : Entries()) list.push_back(entry.name);
    return list;
  }();
  return names;
}

}  // namespace litesmith
