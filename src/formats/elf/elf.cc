#include "formats/elf/elf.h"

#include <elf.h>

#include <array>
#include <cstring>

namespace litesmith::elf {
namespace {

#if defined(__x86_64__)
constexpr uint16_t kThisMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kThisMachine = EM_AARCH64;
#else
#error "which e_machine?"
#endif

bool StartsWith(Bytes file, std::string_view magic) { return AsText(file).starts_with(magic); }

// The zero-terminated name at `offset`; empty if it does not end.
std::optional<std::string> NameAt(Bytes names, size_t offset) {
  if (offset >= names.size()) return std::nullopt;
  const std::string_view rest = AsText(names.subspan(offset));
  const size_t end = rest.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(rest.substr(0, end));
}

std::optional<Elf64_Shdr> SectionHeader(Bytes file, const Elf64_Ehdr& header, size_t index) {
  if (index >= header.e_shnum || header.e_shentsize < sizeof(Elf64_Shdr)) return std::nullopt;
  const size_t inside = index * header.e_shentsize;  // 16 bits each
  if (header.e_shoff > file.size()) return std::nullopt;
  return Load<Elf64_Shdr>(file.subspan(header.e_shoff), inside);
}

}  // namespace

Kind KindOf(Bytes file) {
  if (StartsWith(file, "!<arch>\n")) return Kind::kArchive;
  // PE, and Mach-O of either byte order and width, and several of it in one file.
  for (std::string_view magic :
       {"MZ", "\xCF\xFA\xED\xFE", "\xCE\xFA\xED\xFE", "\xFE\xED\xFA\xCF", "\xCA\xFE\xBA\xBE"}) {
    if (StartsWith(file, magic)) return Kind::kOtherSystem;
  }
  if (!StartsWith(file, ELFMAG)) return Kind::kOther;
  const auto header = Load<Elf64_Ehdr>(file, 0);
  if (!header) return Kind::kDamaged;
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
      header->e_machine != kThisMachine) {
    return Kind::kOtherProcessor;
  }
  if (header->e_type == ET_REL) return Kind::kObjectFile;
  if (header->e_type != ET_DYN) return Kind::kOther;
  // The program headers must be there, and what they map.
  for (size_t i = 0; i < header->e_phnum; ++i) {
    if (header->e_phoff > file.size() || header->e_phentsize < sizeof(Elf64_Phdr)) return Kind::kDamaged;
    const auto segment = Load<Elf64_Phdr>(file.subspan(header->e_phoff), i * header->e_phentsize);
    if (!segment || !Slice(file, segment->p_offset, segment->p_filesz)) return Kind::kDamaged;
  }
  return header->e_phnum > 0 ? Kind::kSharedLibrary : Kind::kDamaged;
}

std::optional<std::vector<std::string>> ExportedFunctions(Bytes file) {
  const auto header = Load<Elf64_Ehdr>(file, 0);
  if (!header) return std::nullopt;
  std::vector<std::string> functions;
  for (size_t i = 0; i < header->e_shnum; ++i) {
    const auto section = SectionHeader(file, *header, i);
    if (!section) return std::nullopt;
    if (section->sh_type != SHT_DYNSYM) continue;
    const auto strings = SectionHeader(file, *header, section->sh_link);
    const auto symbols = Slice(file, section->sh_offset, section->sh_size);
    const auto names = strings ? Slice(file, strings->sh_offset, strings->sh_size) : std::nullopt;
    if (!symbols || !names) return std::nullopt;
    for (size_t at = 0; symbols->size() - at >= sizeof(Elf64_Sym); at += sizeof(Elf64_Sym)) {
      const auto symbol = Load<Elf64_Sym>(*symbols, at);
      const bool defined = symbol->st_shndx != SHN_UNDEF;
      const int type = ELF64_ST_TYPE(symbol->st_info);
      if (!defined || (type != STT_FUNC && type != STT_GNU_IFUNC)) continue;
      if (ELF64_ST_BIND(symbol->st_info) == STB_LOCAL) continue;
      auto name = NameAt(*names, symbol->st_name);
      if (!name) return std::nullopt;
      functions.push_back(*std::move(name));
    }
  }
  return functions;
}

}  // namespace litesmith::elf
