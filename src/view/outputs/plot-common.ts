/* The part of Observable Plot that most figures are made of: nothing of maps, pixels, meshes, trees or densities, which are a
   quarter of it. A reader waits for this part alone; a figure that names anything else is drawn with all of Plot (plot.ts
   chooses). The build takes care that both share their modules (vite.config.ts). */

// What changes rows: transforms.
export { bin, binX, binY, group, groupX, groupY, groupZ, map, mapX, mapY, normalize, normalizeX, normalizeY } from '@observablehq/plot';
export { filter, reverse, shiftX, shiftY, shuffle, sort, transform, window, windowX, windowY } from '@observablehq/plot';
export { find, select, selectFirst, selectLast, selectMaxX, selectMaxY, selectMinX, selectMinY } from '@observablehq/plot';
export { stackX, stackX1, stackX2, stackY, stackY1, stackY2 } from '@observablehq/plot';
// What is seen: marks.
export { area, areaX, areaY, barX, barY, cell, cellX, cellY, circle, dot, dotX, dotY, frame, hexagon } from '@observablehq/plot';
export { arrow, line, lineX, lineY, link, rect, rectX, rectY, ruleX, ruleY, spike, vector, vectorX, vectorY } from '@observablehq/plot';
export { crosshair, crosshairX, crosshairY, pointer, pointerX, pointerY, text, textX, textY, tickX, tickY, tip } from '@observablehq/plot';
export { axisFx, axisFy, axisX, axisY, gridFx, gridFy, gridX, gridY, marks } from '@observablehq/plot';
// The figure, and Plot's own values.
export { identity, indexOf, legend, plot } from '@observablehq/plot';
