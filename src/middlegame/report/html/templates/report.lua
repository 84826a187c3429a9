-- What Pandoc's own writer does not know: charts three abreast, the list of contents, appendices.
local function appendix(div)
  local columns = div.classes:includes("judgements")
  local heading, rest = pandoc.Blocks{}, pandoc.Blocks{}
  for place, block in ipairs(div.content) do
    (columns and place > 2 and rest or heading):insert(block)
  end
  -- The judgements follow the policies on their page.
  local start = columns and "#[#show: small" or "#pagebreak(weak: true)\n#[#show: small"
  local blocks = pandoc.Blocks{pandoc.RawBlock("typst", start)}
  blocks:extend(heading)
  if columns then
    blocks:insert(pandoc.RawBlock("typst", "#columns(2, gutter: 7mm)["))
    blocks:extend(rest)
    blocks:insert(pandoc.RawBlock("typst", "]"))
  end
  blocks:insert(pandoc.RawBlock("typst", "]"))
  return blocks
end

function Div(div)
  if div.classes:includes("contents") then return pandoc.RawBlock("typst", "#contents()") end
  if div.classes:includes("page") then return pandoc.RawBlock("typst", "#pagebreak(weak: true)") end
  if div.classes:includes("appendix") then return appendix(div) end
  if not div.classes:includes("charts") then return nil end
  local grid = pandoc.Blocks{pandoc.RawBlock("typst", "#grid(columns: (1fr, 1fr, 1fr), column-gutter: 6mm, row-gutter: 4mm,")}
  div = div:walk{Image = function(image) image.attributes.width = "100%"; return image end}
  for _, chart in ipairs(div.content) do
    grid:insert(pandoc.RawBlock("typst", "block(breakable: false)[#set text(8pt)"))
    grid:extend(chart.t == "Div" and chart.content or pandoc.Blocks{chart})
    grid:insert(pandoc.RawBlock("typst", "],"))
  end
  grid:insert(pandoc.RawBlock("typst", ")"))
  return grid
end


-- A paragraph stays on the page of the charts behind it.
function Blocks(blocks)
  local found = pandoc.Blocks{}
  for place, block in ipairs(blocks) do
    local after = blocks[place + 1]
    local charts = after and after.t == "RawBlock" and after.text:sub(1, 6) == "#grid("
    if charts and block.t == "Para" then
      found:insert(pandoc.RawBlock("typst", "#block(sticky: true)["))
      found:insert(block)
      found:insert(pandoc.RawBlock("typst", "]"))
    else
      found:insert(block)
    end
  end
  return found
end


-- Numbers in the columns of a wide table take a tenth of it each, so that words have the rest.
function Table(wide)
  local numbers, words = 0, 0
  for _, spec in ipairs(wide.colspecs) do
    if spec[1] == "AlignRight" then numbers = numbers + 1 else words = words + 1 end
  end
  if numbers + words < 5 or words == 0 then return nil end
  local narrow = math.min(0.1, 0.6 / math.max(numbers, 1))
  for place, spec in ipairs(wide.colspecs) do
    spec[2] = spec[1] == "AlignRight" and narrow or (1 - numbers * narrow) / words
    wide.colspecs[place] = spec
  end
  return wide
end
