// Where the web app's files come from: those built into the program, or a folder. tools/build/web_pack.mjs writes what
// is built in.
#pragma once

#include <filesystem>
#include <string_view>

#include "app/config.hpp"
#include "base/result.hpp"
#include "gateway/web_files.hpp"

namespace parley {

/// Those that `config` wants: none, those of `web_dir`, or those of `pack`. Errors have a text for the operator.
Result<WebFiles> web_files(const Config& config, std::string_view pack);

/// A pack: a line "parley-web 1"; for each file a line "PATH PLAIN GZIP BROTLI" with the sizes of its three forms, of
/// which 0 is none but for the first; an empty line; the forms one after the other. Nothing at all is a pack without
/// files. Errors: damaged.
Result<WebFiles> read_web_pack(std::string_view pack);
/// Every file below `folder`, as it is; "x.gz" and "x.br" are forms of "x" where that is there. Errors: not_found where
/// there is no index.html.
Result<WebFiles> read_web_folder(const std::filesystem::path& folder);

}  // namespace parley
