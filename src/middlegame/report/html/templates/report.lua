-- Charts stand two abreast: Pandoc's own writer knows no grid.
function Div(div)
  if not div.classes:includes("charts") then return nil end
  local grid = pandoc.Blocks{pandoc.RawBlock("typst", "#grid(columns: (1fr, 1fr), column-gutter: 10mm, row-gutter: 5mm,")}
  div = div:walk{Image = function(image) image.attributes.width = "100%"; return image end}
  for _, chart in ipairs(div.content) do
    grid:insert(pandoc.RawBlock("typst", "["))
    grid:extend(chart.t == "Div" and chart.content or pandoc.Blocks{chart})
    grid:insert(pandoc.RawBlock("typst", "],"))
  end
  grid:insert(pandoc.RawBlock("typst", ")"))
  return grid
end
