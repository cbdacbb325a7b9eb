#include "kernels/reference/detection/best_scores.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <numeric>

namespace litesmith::reference {
namespace {

// Scores that are looked at side by side; loops of this fixed length become vector instructions.
constexpr int64_t kLanes = 8;
// Groups shrink the table by their length: long ones make less to rank, short ones less to look into.
constexpr int64_t kLeastLines = 8, kMostLines = 64, kAimedGroups = 16384;
constexpr int64_t kWideLine = 64;
constexpr size_t kFirstChunk = 256;
constexpr size_t kStageGrowth = 8;

// Falling scores as rising numbers. 0 and -0 are equal.
uint32_t Rank(float score) {
  const auto bits = std::bit_cast<uint32_t>(score + 0.0f);
  return (bits & 0x80000000u) != 0 ? bits : ~(bits | 0x80000000u);
}

// best[i] = max(best[i], line[i]); the comparison skips NaN.
void TakeMaxima(const float* __restrict line, float* __restrict best, int64_t count) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      best[i + lane] = line[i + lane] > best[i + lane] ? line[i + lane] : best[i + lane];
    }
  }
  for (; i < count; ++i) best[i] = line[i] > best[i] ? line[i] : best[i];
}

}  // namespace

void BestScores::Start(const ScoreTable& table, TieOrder order, int64_t expected) {
  table_ = table;
  order_ = order;
  closed_.assign(static_cast<size_t>(table.columns - table.background), false);
  keys_.clear();
  taken_ = sorted_ = 0;
  floor_ = std::numeric_limits<float>::quiet_NaN();
  wanted_ = static_cast<size_t>(std::clamp<int64_t>(4 * expected, 256, 1 << 20));
  FindMaxima();
  ranked_.clear();
  for (const float maximum : maxima_) {
    if (maximum >= table_.threshold) ranked_.push_back(maximum);
  }
  last_stage_ = ranked_.empty();
}

void BestScores::FindMaxima() {
  const int64_t total = table_.rows * table_.columns;
  // Few columns are doubled up until they fill the lanes; many do anyway.
  period_ = table_.columns < kWideLine ? std::lcm(table_.columns, kLanes) : table_.columns;
  lines_ = std::clamp(total / kAimedGroups, kLeastLines, kMostLines);
  const int64_t tile = period_ * lines_;
  tiles_ = (total + tile - 1) / tile;
  maxima_.assign(static_cast<size_t>(tiles_ * period_), -std::numeric_limits<float>::infinity());
  for (int64_t t = 0; t < tiles_; ++t) {
    float* best = maxima_.data() + t * period_;
    const int64_t end = std::min(total, (t + 1) * tile);
    for (int64_t place = t * tile; place < end; place += period_) {
      TakeMaxima(table_.scores + place, best, std::min(period_, end - place));
    }
    for (int64_t i = 0; i < period_; i += table_.columns) {
      std::fill_n(best + i, table_.background, -std::numeric_limits<float>::infinity());
    }
  }
}

void BestScores::Take(int64_t place, int64_t klass) {
  const int64_t tie = order_ == TieOrder::kAnchorThenClass
                          ? place
                          : (klass + table_.background) * table_.rows + place / table_.columns;
  keys_.push_back(static_cast<uint64_t>(Rank(table_.scores[place])) << 32 | static_cast<uint32_t>(tie));
}

// Few groups of a tile reach the floor: looks into those alone.
void BestScores::CollectGroups(int64_t begin, int64_t end, const float* best, float floor) {
  for (int64_t i = 0; i < period_; ++i) {
    if (!(best[i] >= floor)) continue;
    const int64_t klass = i % table_.columns - table_.background;
    if (klass < 0 || closed_[static_cast<size_t>(klass)]) continue;
    for (int64_t place = begin + i; place < end; place += period_) {
      const float score = table_.scores[place];
      if (score >= floor && !(score >= floor_)) Take(place, klass);
    }
  }
}

// Many do: goes through memory in order, which is faster then.
void BestScores::CollectAll(int64_t begin, int64_t end, float floor) {
  for (int64_t row = begin / table_.columns; row * table_.columns < end; ++row) {
    const float* scores = table_.scores + row * table_.columns + table_.background;
    for (int64_t klass = 0; klass < table_.columns - table_.background; ++klass) {
      const float score = scores[klass];
      if (score >= floor && !(score >= floor_) && !closed_[static_cast<size_t>(klass)]) {
        Take(row * table_.columns + table_.background + klass, klass);
      }
    }
  }
}

// Gathers the scores from `floor` up that have not been gathered yet. Tiles consist of whole rows.
void BestScores::Collect(float floor) {
  const int64_t total = table_.rows * table_.columns, tile = period_ * lines_;
  keys_.clear();
  for (int64_t t = 0; t < tiles_; ++t) {
    const float* best = maxima_.data() + t * period_;
    const int64_t end = std::min(total, (t + 1) * tile);
    const int64_t reach =
        std::count_if(best, best + period_, [floor](float maximum) { return maximum >= floor; });
    if (reach > period_ / 4) {
      CollectAll(t * tile, end, floor);
    } else if (reach > 0) {
      CollectGroups(t * tile, end, best, floor);
    }
  }
  floor_ = floor;
  taken_ = sorted_ = 0;
  chunk_ = kFirstChunk;
}

// Lowers the floor until something new lies above it; false when nothing is left.
bool BestScores::NextStage() {
  while (!last_stage_) {
    float floor = table_.threshold;
    if (wanted_ < ranked_.size()) {
      const auto nth = ranked_.begin() + static_cast<std::ptrdiff_t>(wanted_);
      std::nth_element(ranked_.begin(), nth, ranked_.end(), std::greater<float>());
      floor = *nth;
      wanted_ *= kStageGrowth;
    } else {
      last_stage_ = true;
    }
    if (floor == floor_) continue;
    Collect(floor);
    if (!keys_.empty()) return true;
  }
  return false;
}

// Brings the next few keys into order.
void BestScores::SortSome() {
  const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(sorted_);
  if (keys_.size() - sorted_ > 2 * chunk_) {
    const auto end = begin + static_cast<std::ptrdiff_t>(chunk_);
    std::nth_element(begin, end, keys_.end());
    std::sort(begin, end);
    sorted_ += chunk_;
    chunk_ *= 2;
  } else {
    std::sort(begin, keys_.end());
    sorted_ = keys_.size();
  }
}

int64_t BestScores::Next() {
  if (taken_ == keys_.size() && !NextStage()) return -1;
  if (taken_ == sorted_) SortSome();
  const auto tie = static_cast<int64_t>(keys_[taken_++] & 0xffffffffu);
  if (order_ == TieOrder::kAnchorThenClass) return tie;
  return tie % table_.rows * table_.columns + tie / table_.rows;
}

}  // namespace litesmith::reference
