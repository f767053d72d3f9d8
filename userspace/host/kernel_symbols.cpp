// SPDX-License-Identifier: Apache-2.0
#include "host/kernel_symbols.h"

#include <algorithm>
#include <cerrno>

#include "host/text_file.h"
#include "host/text_parse.h"

namespace tmpfstrace {

KernelSymbolReader::KernelSymbolReader(const std::vector<std::string>& names) {
  for (const auto& name : names) wanted_.emplace(name, KernelSymbol{});
}

void KernelSymbolReader::read_line(std::string_view line) {
  std::string_view address_text;
  std::string_view type;
  std::string_view name;
  if (!take_word(line, address_text) || !take_word(line, type) || !take_word(line, name)) return;
  const auto address = parse_u64(address_text, 16);
  if (!address || type.size() != 1) return;
  ++lines_;
  if (*address != 0) {
    any_address_ = true;
    addresses_.push_back(*address);
  }
  if (std::string_view("tTwWdDbBrR").find(type.front()) == std::string_view::npos) return;
  const auto found = wanted_.find(std::string(name));
  if (found == wanted_.end()) return;
  if (++found->second.occurrences == 1 && *address != 0) found->second.address = *address;
}

std::map<std::string, KernelSymbol> KernelSymbolReader::finish() {
  std::sort(addresses_.begin(), addresses_.end());
  std::map<std::string, KernelSymbol> symbols;
  for (auto& [name, symbol] : wanted_) {
    if (symbol.occurrences == 0) continue;
    if (symbol.address) {
      // Strictly greater: aliases share an address.
      const auto next = std::upper_bound(addresses_.begin(), addresses_.end(), *symbol.address);
      if (next != addresses_.end()) symbol.size = *next - *symbol.address;
    }
    symbols.emplace(name, symbol);
  }
  return symbols;
}

Result<KernelSymbols> KernelSymbols::load(const HostPaths& paths, const std::vector<std::string>& names) {
  KernelSymbolReader reader(names);
  const std::string path = paths.proc + "/kallsyms";
  const auto read = read_lines(path, [&](std::string_view line) {
    reader.read_line(line);
    return true;
  });
  if (!read) return tl::unexpected(read.error());
  // A kernel without CONFIG_KALLSYMS has no such file; one with it is never empty.
  if (reader.lines() == 0) return host_failure("find symbols in", path, ENODATA);
  KernelSymbols symbols;
  symbols.hidden_ = reader.hidden();
  symbols.symbols_ = reader.finish();
  return symbols;
}

const KernelSymbol* KernelSymbols::find(const std::string& name) const {
  const auto found = symbols_.find(name);
  return found == symbols_.end() ? nullptr : &found->second;
}

std::string why_no_address(const Result<KernelSymbols>& symbols, const std::string& name) {
  if (!symbols) return symbols.error().message;
  if (symbols->hidden()) return "the kernel hides its symbols (kptr_restrict)";
  const KernelSymbol* symbol = symbols->find(name);
  return symbol != nullptr && symbol->address ? std::string() : "the kernel has no symbol " + name;
}

}  // namespace tmpfstrace
