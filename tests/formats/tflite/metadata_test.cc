#include "formats/tflite/metadata.h"

#include <gtest/gtest.h>

#include <random>

#include "formats/tflite/archive.h"

namespace litesmith::tflite {
namespace {

ModelMetadata Detector() {
  ModelMetadata metadata;
  metadata.name = "detector";
  metadata.description = "finds hands";
  TensorMetadata& input = metadata.inputs.emplace_back();
  input.name = "image";
  input.content = TensorMetadata::Content::kRgbImage;
  input.mean = {127.5f};
  input.std = {127.5f};
  TensorMetadata& boxes = metadata.outputs.emplace_back();
  boxes.name = "location";
  boxes.content = TensorMetadata::Content::kBoxes;
  boxes.content_range = {{2, 2}};
  TensorMetadata& classes = metadata.outputs.emplace_back();
  classes.name = "category";
  classes.content = TensorMetadata::Content::kFeature;
  classes.files = {{"labels.txt", "classes", AssociatedFile::Kind::kValueLabels}};
  return metadata;
}

TEST(TfliteMetadata, WhatIsPackedIsUnpacked) {
  const auto bytes = PackMetadata(Detector());
  EXPECT_EQ(AsText(Bytes(bytes).subspan(4, 4)), "M001");
  const auto metadata = UnpackMetadata(bytes);
  ASSERT_TRUE(metadata.has_value());
  EXPECT_EQ(metadata->name, "detector");
  EXPECT_EQ(metadata->description, "finds hands");
  ASSERT_EQ(metadata->inputs.size(), 1u);
  EXPECT_EQ(metadata->inputs[0].mean, std::vector<float>{127.5f});
  EXPECT_EQ(metadata->inputs[0].content, TensorMetadata::Content::kRgbImage);
  ASSERT_EQ(metadata->outputs.size(), 2u);
  EXPECT_EQ(metadata->outputs[0].content, TensorMetadata::Content::kBoxes);
  EXPECT_EQ(metadata->outputs[0].content_range, (std::array<int, 2>{2, 2}));
  ASSERT_EQ(metadata->outputs[1].files.size(), 1u);
  EXPECT_EQ(metadata->outputs[1].files[0].kind, AssociatedFile::Kind::kValueLabels);
}

TEST(TfliteMetadata, DamagedMetadataIsRefused) {
  const auto bytes = PackMetadata(Detector());
  EXPECT_FALSE(UnpackMetadata(Bytes()).has_value());
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    auto changed = bytes;
    changed[random() % changed.size()] = static_cast<std::byte>(random());
    (void)UnpackMetadata(changed);  // must not crash; sanitizers watch
  }
  for (size_t size = 0; size < bytes.size() / 2; ++size) {
    EXPECT_FALSE(UnpackMetadata(Bytes(bytes).first(size)).has_value()) << size;
  }
}

TEST(TfliteMetadata, LabelsAreFoundBehindTheModel) {
  std::vector<std::byte> file(1000, std::byte{42});
  const std::string labels = "hand\r\nface\n\n";
  const auto archive =
      MakeArchive({{"other.txt", AsBytes("x")}, {"labels.txt", AsBytes(labels)}}, file.size());
  ASSERT_FALSE(archive.empty());
  file.insert(file.end(), archive.begin(), archive.end());
  EXPECT_EQ(LabelsOf(Detector(), file), (std::vector<std::string>{"hand", "face"}));
  EXPECT_EQ(ReadArchive(file).size(), 2u);
  EXPECT_FALSE(FindInArchive(file, "no.txt").has_value());
}

TEST(TfliteArchive, SameFilesGiveSameBytes) {
  const std::vector<ArchiveFile> files = {{"labels.txt", AsBytes("a\nb\n")}};
  EXPECT_EQ(MakeArchive(files, 16), MakeArchive(files, 16));
  EXPECT_TRUE(MakeArchive({}, 16).empty());
}

TEST(TfliteArchive, DamagedContentIsLeftOut) {
  const std::vector<ArchiveFile> files = {{"labels.txt", AsBytes("abcdef")}};
  auto archive = MakeArchive(files, 0);
  archive[30 + 10] = std::byte{'X'};  // the first byte of the content
  EXPECT_TRUE(ReadArchive(archive).empty());
  const auto whole = MakeArchive(files, 0);
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    auto changed = whole;
    changed[random() % changed.size()] = static_cast<std::byte>(random());
    EXPECT_LE(ReadArchive(changed).size(), 1u);
  }
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_TRUE(ReadArchive(Bytes(whole).first(size)).empty());
}

TEST(TfliteMetadata, EmptyLinesInsideCount) {
  EXPECT_EQ(LinesOf(AsBytes("a\n\nb")), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_TRUE(LinesOf(Bytes()).empty());
}

}  // namespace
}  // namespace litesmith::tflite
