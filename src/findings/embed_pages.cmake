# cmake -DFOLDER=docs/findings -DOUTPUT=pages.inc -P embed_pages.cmake
# Turns each LSnnnn.md into a line LS_PAGE("LSnnnn", text), in the order of the codes.
file(GLOB pages ${FOLDER}/LS[0-9][0-9][0-9][0-9].md)
list(SORT pages)
set(content "")
foreach(page IN LISTS pages)
  get_filename_component(code ${page} NAME_WE)
  file(READ ${page} text)
  string(APPEND content "LS_PAGE(\"${code}\", R\"page(${text})page\")\n")
endforeach()
file(WRITE ${OUTPUT} "${content}")
