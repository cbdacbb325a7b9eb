/* Numbers from the options of a custom op in C: the FlexBuffers map that converters make of an op's
 * attributes.
 *
 *   double slope = 0.1;  (what holds if the op has none)
 *   LitesmithOptionNumber(node->custom_initial_data, (size_t)node->custom_initial_data_size, "slope",
 * &slope);
 *
 * Everything is checked against `size`, so that damaged options give 0 and no crash. The format: flatbuffers'
 * internals, "FlexBuffers"; a value stands at the end of the bytes, behind it its type and its width.
 */
#ifndef LITESMITH_CUSTOM_OP_OPTIONS_H_
#define LITESMITH_CUSTOM_OP_OPTIONS_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An unsigned number of 1, 2, 4 or 8 bytes at `at`; 0 if it is not there. */
static inline int LitesmithReadUnsigned_(const uint8_t* bytes, size_t size, size_t at, size_t width,
                                         uint64_t* value) {
  size_t i;
  if (at > size || width > size - at || (width != 1 && width != 2 && width != 4 && width != 8)) return 0;
  *value = 0;
  for (i = width; i-- > 0;) *value = *value << 8 | bytes[at + i];
  return 1;
}

/* The place that the offset at `at` leads back to; 0 if there is none. */
static inline int LitesmithFollow_(const uint8_t* bytes, size_t size, size_t at, size_t width,
                                   size_t* place) {
  uint64_t offset = 0;
  if (!LitesmithReadUnsigned_(bytes, size, at, width, &offset) || offset > at) return 0;
  *place = at - (size_t)offset;
  return 1;
}

/* A value of FlexBuffers' type `type` (integer 1, unsigned 2, float 3, 6 to 8 the same behind an offset, bool
 * 26). */
static inline int LitesmithReadNumber_(const uint8_t* bytes, size_t size, size_t at, size_t width, int packed,
                                       double* value) {
  int type = packed >> 2;
  uint64_t raw = 0;
  if (type >= 6 && type <= 8) {
    if (!LitesmithFollow_(bytes, size, at, width, &at)) return 0;
    width = (size_t)1 << (packed & 3);
    type -= 5;
  }
  if (!LitesmithReadUnsigned_(bytes, size, at, width, &raw)) return 0;
  if (type == 2 || type == 26) {
    *value = (double)raw;
  } else if (type == 1) {
    const unsigned unused = 64 - 8 * (unsigned)width;
    *value = (double)((int64_t)(raw << unused) >> unused);
  } else if (type == 3 && width == 4) {
    const uint32_t half = (uint32_t)raw;
    float number;
    memcpy(&number, &half, sizeof number);
    *value = number;
  } else if (type == 3 && width == 8) {
    memcpy(value, &raw, sizeof raw);
  } else {
    return 0;
  }
  return 1;
}

/* Sets `value` and returns 1 if the options have a number or flag of this name; else returns 0 and leaves it.
 */
static inline int LitesmithOptionNumber(const void* options, size_t size, const char* name, double* value) {
  const uint8_t* bytes = (const uint8_t*)options;
  const size_t length = strlen(name) + 1; /* its zero byte too */
  size_t width, map, keys, i;
  uint64_t count = 0, key_width = 0;
  if (bytes == NULL || size < 3 || bytes[size - 2] >> 2 != 9) return 0; /* 9: a map */
  width = bytes[size - 1];
  if (width > size - 2 || !LitesmithFollow_(bytes, size, size - 2 - width, width, &map)) return 0;
  width = (size_t)1 << (bytes[size - 2] & 3);
  /* Before the values stand their number, the width of the keys, and the way to them. */
  if (map < 3 * width || !LitesmithReadUnsigned_(bytes, size, map - width, width, &count) ||
      !LitesmithReadUnsigned_(bytes, size, map - 2 * width, width, &key_width) ||
      !LitesmithFollow_(bytes, size, map - 3 * width, width, &keys)) {
    return 0;
  }
  if (count > (size - map) / (width + 1)) return 0;
  for (i = 0; i < count; ++i) {
    size_t key;
    if (key_width > 8 ||
        !LitesmithFollow_(bytes, size, keys + i * (size_t)key_width, (size_t)key_width, &key))
      return 0;
    if (length > size - key || memcmp(bytes + key, name, length) != 0) continue;
    return LitesmithReadNumber_(bytes, size, map + i * width, width, bytes[map + (size_t)count * width + i],
                                value);
  }
  return 0;
}

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* LITESMITH_CUSTOM_OP_OPTIONS_H_ */
