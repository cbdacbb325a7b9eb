// Archives and arrays of any kind, written by hand (PKWARE's APPNOTE.TXT 4.3, NumPy's NEP 1).
#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace litesmith::npz::testing {

template <class T>
std::string Little(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

inline std::string Npy(const std::string& header, const std::string& data, char major = 1) {
  std::string padded = header + "\n";
  std::string file = "\x93NUMPY" + std::string{major, '\0'};
  file += major == 1 ? Little(static_cast<uint16_t>(padded.size()))
                     : Little(static_cast<uint32_t>(padded.size()));
  return file + padded + data;
}

inline std::string Header(const std::string& code, const std::string& shape, bool column_major = false) {
  return "{'descr': '" + code + "', 'fortran_order': " + (column_major ? "True" : "False") +
         ", 'shape': " + shape + ", }";
}

template <class T>
std::string Numbers(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// Without a zlib header.
inline std::string Deflated(const std::string& data) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct Member {
  std::string name, data;
  uint16_t method = 0;  // 8: deflated
  uint16_t flags = 0;
  int64_t claimed_size = -1;  // -1: the true one
  uint32_t crc_error = 0;     // what the checksum is off by
};

// An archive with 32-bit sizes.
inline std::string Zip(const std::vector<Member>& members, const std::string& comment = "") {
  std::string file, directory;
  for (const Member& member : members) {
    const std::string stored = member.method == 8 ? Deflated(member.data) : member.data;
    const auto crc = static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(member.data.data()),
                                                 static_cast<uInt>(member.data.size()))) ^
                     member.crc_error;
    const auto size = static_cast<uint32_t>(member.claimed_size < 0 ? static_cast<int64_t>(member.data.size())
                                                                    : member.claimed_size);
    const std::string common = Little(member.flags) + Little(member.method) + Little(uint32_t{0}) +
                               Little(crc) + Little(static_cast<uint32_t>(stored.size())) + Little(size) +
                               Little(static_cast<uint16_t>(member.name.size())) + Little(uint16_t{0});
    directory += Little(uint32_t{0x02014b50}) + Little(uint16_t{20}) + Little(uint16_t{20}) + common +
                 Little(uint16_t{0}) + Little(uint16_t{0}) + Little(uint16_t{0}) + Little(uint32_t{0}) +
                 Little(static_cast<uint32_t>(file.size())) + member.name;
    file += Little(uint32_t{0x04034b50}) + Little(uint16_t{20}) + common + member.name + stored;
  }
  const auto count = static_cast<uint16_t>(members.size());
  return file + directory + Little(uint32_t{0x06054b50}) + Little(uint16_t{0}) + Little(uint16_t{0}) +
         Little(count) + Little(count) + Little(static_cast<uint32_t>(directory.size())) +
         Little(static_cast<uint32_t>(file.size())) + Little(static_cast<uint16_t>(comment.size())) + comment;
}

}  // namespace litesmith::npz::testing
