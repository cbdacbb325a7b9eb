// Scores of a detector in falling order, without sorting more of them than are asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace litesmith::reference {

// Scores of `rows` anchors in `columns` classes, the first `background` columns of which do not count.
struct ScoreTable {
  const float* scores = nullptr;
  int64_t rows = 0, columns = 0, background = 0;
  float threshold = 0;  // lower scores, and NaN, are left out
};

// What comes first among equal scores.
enum class TieOrder : uint8_t { kClassThenAnchor, kAnchorThenClass };

// Yields places in the table, best score first. The table is scanned once for the maxima of small groups of
// scores; the best of those tell a floor above which enough scores lie, and only groups that reach it are
// looked into. When those are used up the floor is lowered.
class BestScores {
 public:
  // At most 2^32 scores. Memory is kept from one Start to the next.
  void Start(const ScoreTable& table, TieOrder order, int64_t expected);
  // The next place (row * columns + column) or -1. The order holds over all calls.
  int64_t Next();
  // Scores of this class (a column without background) are not wanted any more; some may still come.
  void Close(int64_t klass) { closed_[static_cast<size_t>(klass)] = true; }

 private:
  void FindMaxima();
  bool NextStage();
  void Collect(float floor);
  void CollectGroups(int64_t begin, int64_t end, const float* best, float floor);
  void CollectAll(int64_t begin, int64_t end, float floor);
  void Take(int64_t place, int64_t klass);
  void SortSome();

  ScoreTable table_;
  TieOrder order_ = TieOrder::kClassThenAnchor;
  // Groups: the scores of one tile whose places are equal modulo `period_`, a multiple of the number of
  // columns.
  int64_t period_ = 0, lines_ = 0, tiles_ = 0;
  std::vector<float> maxima_;  // [tiles, period]
  std::vector<float> ranked_;  // maxima that reach the threshold, in no particular order
  std::vector<bool> closed_;
  float floor_ = 0;  // of what has been collected so far; NaN before
  size_t wanted_ = 0;
  bool last_stage_ = false;
  // Of one stage: the order of scores and ties as a number, best first.
  std::vector<uint64_t> keys_;
  size_t taken_ = 0, sorted_ = 0, chunk_ = 0;
};

}  // namespace litesmith::reference
