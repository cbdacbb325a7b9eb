#include "formats/elf/elf.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace litesmith::elf {
namespace {

template <class T>
void Put(std::string& file, size_t offset, const T& value) {
  if (file.size() < offset + sizeof(T)) file.resize(offset + sizeof(T));
  std::memcpy(file.data() + offset, &value, sizeof(T));
}

// Header, one program header, two section headers, names at 512, symbols at 640.
std::string Library() {
  std::string file;
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
#if defined(__x86_64__)
  header.e_machine = EM_X86_64;
#else
  header.e_machine = EM_AARCH64;
#endif
  header.e_phoff = 64;
  header.e_phnum = 1;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_shoff = 128;
  header.e_shnum = 2;
  header.e_shentsize = sizeof(Elf64_Shdr);
  Put(file, 0, header);
  Elf64_Phdr segment{};
  segment.p_filesz = 64;
  Put(file, 64, segment);
  const std::string names("\0first\0second\0third\0", 20);
  file.resize(512);
  file += names;
  Elf64_Shdr strings{};
  strings.sh_type = SHT_STRTAB;
  strings.sh_offset = 512;
  strings.sh_size = names.size();
  Put(file, 128, strings);
  Elf64_Shdr symbols{};
  symbols.sh_type = SHT_DYNSYM;
  symbols.sh_link = 0;
  symbols.sh_offset = 640;
  symbols.sh_size = 3 * sizeof(Elf64_Sym);
  Put(file, 128 + sizeof(Elf64_Shdr), symbols);
  Elf64_Sym symbol{};
  symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
  symbol.st_name = 1;
  symbol.st_shndx = 7;
  Put(file, 640, symbol);
  symbol.st_name = 7;
  symbol.st_shndx = SHN_UNDEF;  // needed, not defined
  Put(file, 640 + sizeof symbol, symbol);
  symbol.st_name = 14;
  symbol.st_shndx = 7;
  Put(file, 640 + 2 * sizeof symbol, symbol);
  return file;
}

TEST(Elf, NamesDefinedFunctions) {
  const std::string file = Library();
  EXPECT_EQ(KindOf(AsBytes(file)), Kind::kSharedLibrary);
  const auto names = ExportedFunctions(AsBytes(file));
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(*names, (std::vector<std::string>{"first", "third"}));
}

TEST(Elf, TellsOtherFilesApart) {
  std::string other = Library();
  Put(other, offsetof(Elf64_Ehdr, e_machine), uint16_t{EM_RISCV});
  EXPECT_EQ(KindOf(AsBytes(other)), Kind::kOtherProcessor);
  std::string object = Library();
  Put(object, offsetof(Elf64_Ehdr, e_type), uint16_t{ET_REL});
  EXPECT_EQ(KindOf(AsBytes(object)), Kind::kObjectFile);
  EXPECT_EQ(KindOf(AsBytes("!<arch>\n")), Kind::kArchive);
  EXPECT_EQ(KindOf(AsBytes("MZ")), Kind::kOtherSystem);
  EXPECT_EQ(KindOf(AsBytes("")), Kind::kOther);
}

// Whatever a byte is changed to, and wherever the file ends, nothing is read that is not there.
TEST(Elf, StaysWithinDamagedFiles) {
  const std::string whole = Library();
  for (size_t i = 0; i < whole.size(); ++i) {
    const std::string cut = whole.substr(0, i);
    if (KindOf(AsBytes(cut)) == Kind::kSharedLibrary) (void)ExportedFunctions(AsBytes(cut));
    for (const char byte : {'\x7f', '\xff', '\0'}) {
      std::string changed = whole;
      changed[i] = byte;
      (void)KindOf(AsBytes(changed));
      const auto names = ExportedFunctions(AsBytes(changed));
      EXPECT_LE(names ? names->size() : 0, 4u);
    }
  }
}

}  // namespace
}  // namespace litesmith::elf
