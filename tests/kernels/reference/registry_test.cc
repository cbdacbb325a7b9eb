#include "kernels/reference/registry.h"

#include <gtest/gtest.h>

namespace litesmith {
namespace {

TEST(ReferenceRegistry, KnowsWhatItListsAndNothingElse) {
  for (std::string_view name : ReferenceKernelNames()) {
    const KernelFactory factory = FindReferenceKernel(name);
    ASSERT_NE(factory, nullptr) << name;
    EXPECT_NE(factory(), nullptr) << name;
  }
  EXPECT_EQ(FindReferenceKernel(""), nullptr);
  EXPECT_EQ(FindReferenceKernel("NO_SUCH_OP"), nullptr);
}

}  // namespace
}  // namespace litesmith
