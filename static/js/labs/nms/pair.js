/** The small picture of the `nms` page: two boxes to drag, with intersection, union and IoU. */

import { boxAt, overlap } from "../../math/geometry.js";
import { number, onLanguage, t } from "../../core/i18n.js";
import { boxEditor } from "../../views/box_editor.js";
import { picture } from "../../views/picture.js";

const WIDTH = 400;
const HEIGHT = 260;

/** @param {HTMLElement} root @param {HTMLElement} said */
export function twoBoxes(root, said) {
  const pair = [60, 50, 240, 190, 150, 90, 340, 230];
  let selected = 0;
  const view = picture(root);
  view.element.tabIndex = 0;
  boxEditor(view, {
    boxes: () => pair,
    size: () => [WIDTH, HEIGHT],
    selected: () => selected,
    canDraw: () => false,
    enabled: () => true,
    onSelect: (index) => (selected = index),
    onEdit: ({ index, box }) => {
      if (!box || index < 0) return;
      pair.splice(index * 4, 4, ...box);
      draw();
    },
  });
  function draw() {
    const { intersection, union, iou } = overlap(boxAt(pair, 0), boxAt(pair, 1));
    const text = t(
      "Intersection {intersection} px², union {union} px²: IoU = {intersection} / {union} = {iou}",
      {
        intersection: number(intersection, 0),
        union: number(union, 0),
        iou: number(iou, 3),
      },
    );
    view.update({
      image: null,
      width: WIDTH,
      height: HEIGHT,
      summary: text,
      layers: [
        { boxes: pair, indices: [0], style: "first", label: () => "A" },
        { boxes: pair, indices: [1], style: "second", label: () => "B" },
      ],
    });
    said.textContent = text;
  }
  onLanguage(draw);
  draw();
}
