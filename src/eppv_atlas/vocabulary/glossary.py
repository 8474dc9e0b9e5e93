"""The notice's terms beyond the closed vocabularies, each with one fixed English translation.

Wherever a Chinese text of the atlas holds one of these terms, the English text
beside it holds this translation; a test sees to it.

Floor 1: knows nothing of the rest of the package.
"""

from __future__ import annotations

from eppv_atlas.vocabulary.term import Term, table

_PAIRS = """
epv|生态产品价值实现|ecological product value realisation|借补偿、经营或指标交易，让生态产品的价值变成供给者的实际收益。|Turning the worth of ecological products into real income for those who supply them, through compensation, business or quota trading.
ecological-product|生态产品|ecological product|良好的生态系统为人提供的物质产品、调节服务和文化服务。|Material goods, regulating services and cultural services that healthy ecosystems provide to people.
gep-accounting|生态价值核算|accounting of ecological value|把一地生态系统提供的产品和服务折算成实物量与货币量。|Measuring, in physical quantities and in money, the goods and services that an area's ecosystems provide.
nature-assets|自然资源资产|natural resource asset|权属明确、能带来收益的土地、矿产、森林、草原、水和海域等。|Land, minerals, forest, grassland, water or sea with defined rights and the capacity to yield benefits.
territorial-planning|国土空间规划|territorial spatial planning|对国土的保护、开发、利用和修复作出的统一安排，从国家到乡镇分五级。|One statutory system, at five levels from nation to township, that settles how land and sea are protected, developed, used and restored.
use-regulation|用途管制|land-use regulation|按规划限定每块土地和海域的用途，改变用途须经许可。|Each parcel of land or sea may be used only as the plan allows, and a change of use needs a permit.
three-zones-three-lines|三区三线|three zones and three lines|农业、生态、城镇三类空间，与永久基本农田、生态保护红线、城镇开发边界三条控制线。|Agricultural, ecological and urban space, with three control lines: permanent basic farmland, the ecological red line and the urban development boundary.
dual-evaluation|双评价|dual evaluation|编制规划前的两项评价：资源环境承载力，国土开发利用的适宜性。|Two assessments made before a plan: the carrying capacity of resources and environment, and the suitability of land for each use.
multi-plan|多规合一|multi-plan integration|把主体功能区、土地利用、城乡等规划并为一套国土空间规划。|Merging main-function zoning, land-use plans, urban and rural plans and others into one system of territorial spatial planning.
red-line|生态保护红线|ecological red line|生态功能极重要或极脆弱的区域，划线后严格限制人为活动。|Boundary around areas of vital ecological function or extreme fragility, inside which human activity is strictly limited.
basic-farmland|永久基本农田|permanent basic farmland|依规划划定并长期特殊保护的优质耕地，非经法定批准不得占用。|Good cropland marked out by plan for lasting special protection; it may not be built on without approval laid down by law.
high-standard-farmland|高标准农田|high-standard farmland|经整治后成片平整、灌排配套、土壤肥沃、旱涝保收的耕地。|Cropland improved into large level fields with irrigation, drainage and fertile soil, so that yields hold in drought and flood.
comprehensive-consolidation|全域土地综合整治|comprehensive land consolidation|多以乡镇为单元，对农用地、村庄建设用地和生态环境一并整治。|Joint improvement of farmland, village construction land and the environment over a whole area, usually a township.
reclaimed-building-land|建设用地复垦|reclamation of construction land|拆除闲置低效的房屋和厂房，把土地恢复成耕地或其他农用地。|Removing idle or poorly used buildings and turning the land back into cropland or other farmland.
construction-land|建设用地|construction land|用于建造房屋和构筑物的土地，与农用地、未利用地并列为三大地类。|Land for buildings and structures; one of the three classes of land in law, beside agricultural and unused land.
increase-decrease|增减挂钩|linking urban gains to rural releases|农村旧建设用地恢复为耕地，腾出的指标供城镇新建，建设总量不增、耕地不减。|Old rural construction land returns to cropland and frees a quota for urban building; the built total must not grow nor cropland shrink.
homestead|宅基地|homestead|村集体所有、分给本村农户建房的土地；农户有使用权而无所有权。|Collectively owned village land allotted to member households for housing; they hold the right to use it, not ownership.
reserved-land|留用地|reserved village land|征地时按比例留给村集体、供其兴办产业的建设用地。|When land is expropriated, a share left to the village collective as construction land for its own businesses.
standard-plot|标准地|standard plot|出让前已定好投资、产出、能耗等指标的地块，受让人须承诺达标。|Plot granted with targets set beforehand, such as investment, output and energy use, which the grantee pledges to meet.
land-banking|生态收储|ecological land banking|政府为保护修复而收回或征购土地，纳入统一储备。|Government recovers or buys land for protection and restoration and holds it in a single reserve.
resettlement|生态搬迁|ecological relocation|把住户和企业迁出需保护或修复的区域，另行安置。|Moving households and firms out of an area that needs protection or restoration, and settling them elsewhere.
stewardship-agreement|生态管养协议|stewardship agreement|附于土地出让合同的约定：受让人须负责周边生态用地的建设和养护。|Agreement attached to a land grant contract: the grantee must also lay out and maintain ecological land around the site.
quarry-restoration|矿山生态修复|mine restoration|消除矿山的地质隐患，重塑地形、恢复植被，使土地可再利用。|Making a mine safe, reshaping its ground and bringing back vegetation so that the land can be used again.
two-mountains|“两山”|Two Mountains|指绿水青山与金山银山：保护好环境，本身就是财富。|Short for “lucid waters and lush mountains are invaluable assets”: a well-kept environment is itself wealth.
ten-million|千万工程|Green Rural Revival Programme|浙江自2003年起整治农村环境的工程，名称取自“千村”示范、“万村”整治。|Zhejiang's scheme since 2003 to improve village environments, named in Chinese after its thousand model and ten thousand renovated villages.
three-industries|一二三产|primary, secondary and tertiary industries|农林牧渔业、工业和建筑业、服务业；常指三者连成一条产业链。|Farming, forestry and fishing; manufacturing and building; and services: often meant as joined in one chain.
southern-jiangsu|苏南模式|Southern Jiangsu model|二十世纪八十年代苏州、无锡、常州一带靠乡镇集体企业实现工业化的道路。|The path by which Suzhou, Wuxi and Changzhou industrialised in the 1980s through collectively owned township and village enterprises.
national-park|国家公园|national park|国家批准设立、以保护有全国代表性的自然生态系统为主的保护地。|Protected area approved by the state, chiefly to conserve natural ecosystems that represent the nation.
belt|环武夷山国家公园保护发展带|protection and development belt around the park|武夷山公园外的环形缓冲区，既护卫园区，又供周边社区绿色发展。|Buffer ring outside the Wuyishan park that shields it and gives nearby communities room for green development.
easement|地役权|easement|依合同利用他人不动产的权利；国家公园借此限制经营、付给补偿，权属不变。|Contractual right over another's property; a national park uses it to limit management, against payment, without a change of ownership.
public-benefit-forest|生态公益林|public-benefit forest|以保水固土、保护物种等生态效益为主的森林，采伐受限，权利人可获补偿。|Forest kept mainly for ecological benefits such as water, soil and wildlife; felling is restricted and right holders may be compensated.
commercial-forest|商品林|commercial forest|以出产木材、竹材、果品等林产品为主的森林，由经营者自主经营。|Forest grown mainly for timber, bamboo, fruit and other products, and run as its operator decides within the law.
moso-bamboo|毛竹|moso bamboo|中国南方分布最广的大型竹种，产竹材和竹笋。|The most widespread giant bamboo of southern China (Phyllostachys edulis), grown for poles and shoots.
tea-to-forest|退茶还林|return of tea gardens to forest|把不宜种茶或违规开垦的茶园恢复为森林。|Turning tea gardens that are unsuitable or were cleared against the rules back into forest.
concession|特许经营|concession|管理机构授权选定的经营者，在限定期限和范围内经营，通常收费。|Right that an authority gives a chosen operator to run set businesses for a set term, usually for a fee.
regional-brand|区域公用品牌|regional public brand|一地共有的品牌，达到统一标准的生产者经授权使用。|Brand shared by a whole area, which producers may use under licence once they meet common standards.
three-tea|三茶|three teas|指茶的文化、产业与科技，主张三者一并发展。|Tea culture, the tea industry and tea technology, to be developed together.
water-soil-loss|水土流失|soil erosion|雨水、风等侵蚀，使表土和水分流失、地力下降。|Rain, wind and other forces carry off topsoil and water, and the land loses its fertility.
mountain-closure|封山育林|closing hillsides for afforestation|封禁山地，不许放牧砍伐，以天然更新为主恢复森林。|Keeping grazing and felling off hill land so that forest recovers mainly by natural regrowth.
firebreak|生物防火阻隔带|biological firebreak|用耐火树种营造的林带，阻止林火蔓延。|Belt planted with fire-resistant trees to stop forest fire from spreading.
scenic-road|风景道|scenic road|沿途可观景、设有驿站和观景台的游览公路。|Road for touring, with views, rest stops and lookout points along the way.
saline-alkali|盐碱地|saline-alkali land|可溶盐或碱性过高、多数作物难以生长的土地。|Land with too much soluble salt or alkali for most crops to grow well.
understorey|林下|understorey|树冠之下的空间，可种菌菇、药材，养禽畜。|Space beneath the tree canopy, where mushrooms and herbs are grown or poultry and livestock raised.
order-farming|订单农业|order farming|农户先与买方订约，再按约定的品种、数量和价格生产。|Farmers sign with a buyer first, then produce the kind, amount and price agreed.
salt-lake|盐湖|salt lake|湖水盐分高于海水、可结晶出盐类矿物的湖泊。|Lake saltier than the sea, from which salt and other minerals crystallise.
green-heart|城市绿心|Green Heart|城区中的大片公共绿地；这里指北京城市副中心在化工厂旧址上建的森林公园。|Large public green space within a city; here the forest park of the Beijing sub-centre on a former chemical works.
sub-centre|城市副中心|Beijing sub-centre|北京在通州建设的新城区，承接市级机关，分担中心城区功能。|New urban area in Tongzhou that takes in Beijing's municipal government and relieves the central city.
strategic-blank|战略留白|strategic reserve land|规划中暂不定用途、留待长远需要的土地。|Land for which the plan fixes no use yet, kept for long-term needs.
non-conventional-water|非传统水源|non-conventional water|再生水、收集的雨水、淡化海水等，有别于常规的地表水和地下水。|Reclaimed water, harvested rain, desalinated seawater and the like, as opposed to ordinary surface water and groundwater.
liubao-tea|六堡茶|Liubao tea|产于广西梧州的后发酵黑茶，得名于苍梧县的六堡镇。|Post-fermented dark tea of Wuzhou, Guangxi, named after Liubao Town in Cangwu County.
tea-boat-road|茶船古道|Tea-Boat Road|旧时六堡茶装船沿西江外运、转销东南亚的水路。|Old river route by which Liubao tea went down the Xijiang and on to Southeast Asia.
geographical-indication|地理标志|geographical indication|表明产品来自某地、其品质或声誉主要取决于该地的标志。|Sign that a product comes from a place to which its quality or reputation is chiefly due.
rocky-desertification|石漠化|rocky desertification|岩溶地区植被破坏、水土流失，终至岩石裸露的土地退化。|Land degradation in karst country: plant cover is destroyed, soil erosion follows and bare rock is left.
xichou-spirit|西畴精神|Xichou spirit|西畴人不等不靠、劈石造田，合力治理石漠化的精神。|The spirit in which Xichou's people broke rock to make fields and fought rocky desertification without waiting for help.
slope-to-terrace|坡改梯|terracing of slopes|把坡耕地修成水平田块，以保土蓄水。|Rebuilding sloping cropland as level fields that hold soil and water.
five-small-water|五小水利|five small waterworks|山区的小水窖、小水池、小塘坝、小泵站和小水渠。|Small cisterns, tanks, ponds with dams, pumping stations and channels in hill country.
five-fen|5分钱|five-fen|西畴的村庄保洁办法：村民每人每天交五分，县财政另给奖补。|Xichou's way to pay for village cleaning: five fen (0.05 yuan) per villager per day, topped up by county grants.
three-products-one-mark|三品一标|certified quality produce|四类农产品认证的合称：无公害、绿色、有机和农产品地理标志。|Four certifications of farm produce taken together: pollution-free, green, organic and agricultural geographical indication.
flower-sea|天山花海|Tianshan Flower Sea|新疆伊宁县的农旅项目区，种薰衣草、粮果，兼营加工和旅游。|Farming and tourism project in Yining County, Xinjiang, that grows lavender, grain and fruit, with processing and visitors.
lavender|薰衣草|lavender|可提取精油、也供观赏的芳香植物，新疆伊犁是中国主产地。|Aromatic plant grown for essential oil and for show; Ili in Xinjiang is China's main producer.
biodiversity-offset|生物多样性补偿|biodiversity offset|开发者先避免、再减少损害，余下的影响以别处的增益抵消。|Developers first avoid and then reduce harm; what remains is made up for by gains in biodiversity elsewhere.
credit|生态信用|biodiversity credit|新南威尔士州的生物多样性计量单位，由生物多样性管理场地产生，供抵消损害。|New South Wales unit of biodiversity value, created at a biodiversity stewardship site and used to offset harm.
credit-obligation|信用义务|credit obligation|开发许可所附的义务：注销指定数量和类别的生态信用，或依法以他法代替。|Duty attached to a development approval: retire biodiversity credits of set number and class, or meet it in another way the law allows.
ecosystem-credit|生态系统信用|ecosystem credit|一类生态信用，对应受威胁群落、其他原生植被及可由植被推知的物种生境。|Class of biodiversity credit for threatened ecological communities, other native vegetation, and habitat of threatened species that vegetation can predict.
species-credit|物种信用|species credit|一类生态信用，对应不能由植被推知的受威胁物种，按面积或个体计。|Class of biodiversity credit for threatened species that vegetation cannot reliably predict, counted by habitat area or by individuals.
stewardship-bsa|生物多样性管理协议|biodiversity stewardship agreement|依法自愿订立、附着于土地的长期管护协议，约束后来的业主，可产生生态信用。|Voluntary statutory agreement, normally permanent, that binds later owners to manage the land for biodiversity and can create biodiversity credits.
stewardship-site|生物多样性管理场地|biodiversity stewardship site|生物多样性管理协议所指定、须按管理计划养护的土地。|Land named in a biodiversity stewardship agreement and managed under its plan.
trust|生物多样性保护信托|Biodiversity Conservation Trust|依该州2016年《生物多样性保护法》设立的非营利机构，办理协议、资金和补偿。|Not-for-profit body under the Biodiversity Conservation Act 2016 of New South Wales that handles agreements, payments and offsets.
fund-deposit|缴存资金总额|total fund deposit|场地未来管护费用的现值总和，存入基金后按年付给土地所有者。|Present value of a site's future management costs, placed in a fund that pays the landholder year by year.
like-for-like|同类规则|like-for-like rule|抵消用的信用须与受损者相同或相近：同一受威胁群落、同类植被或同一物种。|Credits must match what is harmed: the same threatened community, the same kind of vegetation or the same species.
variation|变通规则|variation rule|尽合理努力仍无同类信用时，可改用类别更宽、受威胁程度相当或更高的信用。|When reasonable steps find no matching credits, broader ones of equal or higher threat status may be used.
accredited-assessor|认证评估师|accredited assessor|依该州法律获资格、按法定方法评估开发地和管护地的专业人员。|Professional accredited under the state's law to assess development and stewardship land by the statutory method.
no-net-loss|零净损失|no net loss|损害与增益相抵之后，生物多样性总体不减少的目标。|Aim that, once gains are set against losses, biodiversity as a whole does not decline.
"""

GLOSSARY = table(Term(*line.split("|")) for line in _PAIRS.strip().splitlines())
